import { html } from "./html.ts";
import type { Asked, Manifest } from "./manifest.ts";
import { pageHeaders, renderPage } from "./page.ts";

export interface PageAnswer {
  status: number;
  headers: Record<string, string>;
  body: string;
}

export interface StartFacts {
  /** Such as `https://github.com`. */
  githubUrl: string;
  org: string | null;
  manifest: Manifest;
  state: string;
  permissions: readonly Asked[];
  events: readonly Asked[];
}

/** What will be asked for, and the form that takes it to GitHub. */
export const startPage = (facts: StartFacts): PageAnswer => {
  const { githubUrl, org, manifest, permissions, events } = facts;
  const { origin, host } = new URL(githubUrl);
  const owner = org === null ? "your own account" : `the organisation ${org}`;
  const { url, active } = manifest.hook_attributes;
  const content = html`
<p>This takes you to <strong>${host}</strong>, where ${owner} becomes the owner of a new GitHub App. There you can still change its name. Nothing is made before you press <em>Create GitHub App</em> there.</p>
${org === null ? html`<p>The app is private: it can be installed on the account that owns it, and nowhere else. For an organisation's repositories, end this with Ctrl-C and start again with <code>--org</code>.</p>` : ""}
<h2>Permissions</h2>
${table(permissions)}
<h2>Events it hears</h2>
${table(events)}
<p>${active ? html`GitHub sends them to <code>${url}</code>.` : "GitHub sends none: no address was given (--url). The service then asks GitHub by itself, with WEBHOOKS=off."}</p>
<form method="post" action="${manifestTarget(facts)}">
<input type="hidden" name="manifest" value="${JSON.stringify(manifest)}">
<button>Continue to ${host}</button>
</form>`;
  // GitHub may lead on to a company's login page, and Chrome holds every step of the way to this policy.
  const headers = pageHeaders(`${origin} https:`);
  return { status: 200, headers, body: renderPage({ title: `Register ${manifest.name}`, content }) };
};

const manifestTarget = ({ githubUrl, org, state }: StartFacts): string =>
  `${githubUrl}${org === null ? "" : `/organizations/${org}`}/settings/apps/new?state=${encodeURIComponent(state)}`;

const table = (rows: readonly Asked[]) =>
  html`<table>${rows.map(({ what, why }) => html`<tr><td><code>${what}</code></td><td>${why}</td></tr>`)}</table>`;

/** The app is there and its credentials are stored. */
export const donePage = (name: string, steps: readonly string[]): PageAnswer => {
  const items = steps.map((step) => html`<li>${withLink(step)}</li>`);
  const content = html`<p>You can close this page; the terminal says the same.</p><ol>${items}</ol>`;
  return {
    status: 200,
    headers: pageHeaders(),
    body: renderPage({ title: `${name} is registered`, content }),
  };
};

/** Addresses in our own sentences become links. */
const withLink = (step: string) =>
  step
    .split(/(https?:\/\/\S+)/)
    .map((part, index) => (index % 2 === 1 ? html`<a href="${part}">${part}</a>` : html`${part}`));

export const problemPage = (status: number, message: string): PageAnswer => {
  const content = html`<p>${message}</p>`;
  return { status, headers: pageHeaders(), body: renderPage({ title: "Not registered", content }) };
};
