import type { PullView, RepositoryView } from "../world.ts";
import { button, type FormPlace, form, input } from "./forms.ts";
import { type Html, html } from "./html.ts";
import { layout } from "./layout.ts";
import { type Leaf, leafLinks } from "./leaf.ts";

export interface RepositoryWithPulls {
  repository: RepositoryView;
  /** Oldest first. */
  pulls: readonly PullView[];
}

/** More are not listed here; the addresses of all of them work. */
const PULLS_SHOWN_MAX = 200;

/** Every account, and one leaf of the repositories with their pull requests. */
export function indexPage(accounts: readonly string[], leaf: Leaf<RepositoryWithPulls>): string {
  const list = accounts.map((login) => html`<li><a href="/${login}">${login}</a></li>`);
  const content = html`<h1>Repositories</h1>
<section><h2>Accounts</h2><ul>${list}</ul></section>
${leaf.items.map((entry) => repositorySection(entry))}
${leafLinks(leaf)}`;
  return layout("Repositories", content);
}

/** One repository with what its owner does with it. */
export function repositoryPage(entry: RepositoryWithPulls, person: string): string {
  const { repository } = entry;
  const place = { path: `/${repository.full_name}/settings`, person };
  const content = html`<h1>${repository.full_name}</h1>
${repositorySection(entry)}
${newPull(place, repository)}
${repositoryForms(place, repository)}`;
  return layout(repository.full_name, content);
}

function repositorySection({ repository, pulls }: RepositoryWithPulls): Html {
  const list = pulls
    .toReversed()
    .slice(0, PULLS_SHOWN_MAX)
    .map(
      (pull) =>
        html`<li>${stateBadge(pull)} <a href="/${repository.full_name}/pull/${pull.number}">#${pull.number} ${pull.title}</a></li>`,
    );
  const rest =
    pulls.length > list.length ? html`<p>${pulls.length - list.length} older ones are not listed.</p>` : "";
  const origin = repository.fork_of === null ? "" : html`<p>Forked from ${repository.fork_of}.</p>`;
  return html`<section>
<h2><a href="/${repository.full_name}">${repository.full_name}</a>${repository.archived ? " (archived)" : ""}</h2>
${origin}<p><code>git clone ${repository.clone_url}</code></p>
${list.length > 0 ? html`<ul>${list}</ul>${rest}` : html`<p>No pull requests yet.</p>`}
</section>`;
}

function newPull(place: FormPlace, repository: RepositoryView): Html {
  const inputs = html`${input("title", "Title")}${input("head", "Head")}${input("base", "Base", repository.default_branch)}
<label>Body<textarea name="body"></textarea></label>
<label><input type="checkbox" name="draft"> Draft</label> `;
  const path = { ...place, path: `/${repository.full_name}` };
  return html`<section><h2>New pull request</h2><div>${form(path, "pulls", "Open pull request", inputs)}</div></section>`;
}

function repositoryForms(place: FormPlace, repository: RepositoryView): Html {
  const archive = repository.archived
    ? button(place, "archive", "Unarchive", { archived: "false" })
    : button(place, "archive", "Archive", { archived: "true" });
  return html`<section><h2>Settings</h2><div>
${form(place, "rename", "Rename", input("name", "Name", repository.name))}
${form(place, "transfer", "Transfer", input("owner", "New owner"))}
${form(place, "default-branch", "Change", input("branch", "Default branch", repository.default_branch))}
${archive}
${button(place, "delete", "Delete this repository")}
</div></section>`;
}

export function stateBadge(pull: { state: "open" | "closed"; merged: boolean; draft: boolean }): Html {
  const open = pull.draft ? "draft" : "open";
  const state = pull.merged ? "merged" : pull.state === "open" ? open : "closed";
  return html`<span class="state ${state}">${state}</span>`;
}
