import { type Html, html } from "../pages/html.ts";
import { layout } from "../pages/layout.ts";
import type { AccountRecord } from "../state/model.ts";
import type { InstallationView, RepositoryView } from "../world.ts";
import type { CheckedManifest } from "./manifest-check.ts";

interface Confirming {
  manifest: CheckedManifest;
  /** As it was sent. */
  text: string;
  state: string | null;
  /** Path below which apps of this owner are made. */
  base: string;
  owner: string;
  /** What was wrong with the name that was tried. */
  problem?: string;
}

/** What GitHub asks before it makes an app: the name, and nothing else. */
export function confirmPage({ manifest, text, state, base, owner, problem }: Confirming): string {
  const permissions = Object.entries(manifest.permissions).map(
    ([name, level]) => html`<li>${name}: ${level}</li>`,
  );
  return layout(
    "Create GitHub App",
    html`<h1>Create GitHub App for ${owner}</h1>
${problem === undefined ? "" : html`<p><strong>${problem}</strong></p>`}
<form class="block" method="post" action="${base}">
<input type="hidden" name="manifest" value="${text}">
${state === null ? "" : html`<input type="hidden" name="state" value="${state}">`}
<label>GitHub App name <input name="name" value="${manifest.name}" required></label>
<button>Create GitHub App for ${owner}</button>
</form>
<section><h2>Permissions</h2><ul>${permissions}</ul></section>
<section><h2>Events</h2><p>${manifest.events.join(", ")}</p><p>sent to ${manifest.hook_url ?? "nobody"}</p></section>`,
  );
}

export function invalidPage(message: string): string {
  return layout(
    "Invalid GitHub App configuration",
    html`<h1>Invalid GitHub App configuration</h1>
<p>The configuration does not appear to be a valid GitHub App manifest.</p><p>Error: ${message}</p>`,
  );
}

interface Installable {
  account: AccountRecord;
  installation: InstallationView | undefined;
  repositories: RepositoryView[];
}

/** Where an owner installs the app, or changes what it covers: one form for each account. */
export function installPage(
  app: { slug: string; name: string },
  state: string | null,
  accounts: readonly Installable[],
): string {
  return layout(
    `Install ${app.name}`,
    html`<h1>Install ${app.name}</h1>${accounts.map((entry) => accountSection(app.slug, state, entry))}`,
  );
}

function accountSection(slug: string, state: string | null, entry: Installable): Html {
  const { account, installation, repositories } = entry;
  const covered = new Set(installation?.repositories ?? []);
  const choices = repositories.map(
    ({ full_name }) =>
      html`<br><label><input type="checkbox" name="repositories" value="${full_name}"${{ html: covered.has(full_name) ? " checked" : "" }}> ${full_name}</label>`,
  );
  const all: Html = installation
    ? html``
    : html`<label><input type="radio" name="selection" value="all" checked> All repositories</label><br>`;
  return html`<section>
<h2>${account.login}${installation ? " (installed)" : ""}</h2>
<form class="block" method="post" action="/apps/${slug}/installations">
<input type="hidden" name="account" value="${account.login}">
${state === null ? "" : html`<input type="hidden" name="state" value="${state}">`}
${all}<label><input type="radio" name="selection" value="selected"${{ html: installation ? " checked" : "" }}> Only select repositories</label>
${choices}
<p><button>${installation ? "Save" : "Install"}</button></p>
</form>
</section>`;
}
