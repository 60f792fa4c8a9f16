import type { InstallationView, RepositoryView } from "../world.ts";
import { actAs, button, type FormPlace, form, input } from "./forms.ts";
import { type Html, html } from "./html.ts";
import { layout } from "./layout.ts";
import { type Leaf, leafLinks } from "./leaf.ts";

export interface ShownAccount {
  login: string;
  installation: InstallationView | undefined;
  repositories: Leaf<RepositoryView>;
  /** Permissions the app asks for and doesn't have. */
  asked: readonly string[];
  app: string;
}

/** An account with its repositories, and everything its owner does with the app's installation. */
export function accountPage(shown: ShownAccount, person: string): string {
  const { login, installation, repositories } = shown;
  const place = { path: `/organizations/${login}/settings/installations`, person };
  const rows = repositories.items.map((repository) => repositoryRow(place, repository, installation));
  const content = html`<h1>${login}</h1>
${actAs(person)}
<section><h2>The app ${shown.app}</h2><div>${installation ? installed(place, shown, installation) : notInstalled(place)}</div></section>
<section><h2>Repositories</h2><div><table><tr><th>Name</th><th>The app</th></tr>${rows}</table>${leafLinks(repositories)}</div></section>
<section><h2>Account</h2><div>${form(place, "rename", "Rename", input("login", "Login", login))}</div></section>`;
  return layout(login, content);
}

function notInstalled(place: FormPlace): Html {
  const names = input("repositories", "Names, with spaces between");
  return html`<p>Not installed.</p>
${button(place, "install", "Install on all repositories", { selection: "all" })}
${form(place, "install", "Install on these repositories", names, { selection: "selected" })}`;
}

function installed(place: FormPlace, { asked }: ShownAccount, installation: InstallationView): Html {
  const state = installation.suspended ? "suspended" : "active";
  const permissions = Object.entries(installation.permissions).map(([name, level]) => `${name}: ${level}`);
  const accept =
    asked.length === 0
      ? ""
      : html`<p>It asks for more: ${asked.join(", ")}. ${button(place, "accept-permissions", "Accept new permissions")}</p>`;
  return html`<p>Installation ${installation.id}, ${state}, on ${installation.repository_selection} repositories (${installation.repositories.length}).</p>
<p>${permissions.join(", ")}</p>
${accept}
${installation.suspended ? button(place, "unsuspend", "Unsuspend") : button(place, "suspend", "Suspend")}
${button(place, "uninstall", "Uninstall")}
${installation.repository_selection === "all" ? "" : button(place, "select-all", "Give access to all repositories")}`;
}

function repositoryRow(
  place: FormPlace,
  { full_name, archived }: RepositoryView,
  installation: InstallationView | undefined,
): Html {
  const covered = installation?.repositories.includes(full_name) ?? false;
  const change = covered
    ? button(place, "remove-repository", "Remove", { repository: full_name })
    : button(place, "add-repository", "Add", { repository: full_name });
  return html`<tr><td><a href="/${full_name}">${full_name}</a>${archived ? " (archived)" : ""}</td>
<td>${covered ? "has access " : "has no access "}${installation ? change : ""}</td></tr>`;
}
