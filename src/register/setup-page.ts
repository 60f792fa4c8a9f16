import { html } from "./html.ts";
import { renderPage } from "./page.ts";

/** Some repositories are named; the rest is counted. */
export const NAMED_MAX = 100;
const REFRESH_AFTER_S = 3;
/** A minute in all: longer than taking in thousands of repositories takes. */
export const LOOKS_MAX = 20;

export interface CoveredRepo {
  owner: string;
  repo: string;
  /** Its name in the API. */
  name: string;
  status: "active" | "suspended" | "removed" | "archived";
}

/** What whoever came by one of our links may know. */
export interface SetupFacts {
  /** Whether GitHub was asked since they came what the installation covers. */
  settled: boolean;
  /** null: nothing is known of the installation (yet). */
  account: string | null;
  /** At most one more than {@link NAMED_MAX}. */
  repos: readonly CoveredRepo[];
  /** How often this page was loaded by itself, and where it is next. */
  looks: number;
  nextUrl: string;
}

const WHERE_TO_LOOK = html`<p>Registered repositories are listed by the service's API: <code>GET /api/v1/config-repos</code>.</p>`;

const NEXT = html`<h2>Next</h2>
<ol>
<li>Point a cluster at its repository, with the folder of its params files: <code>config_repo_id</code> and <code>config_path</code> of <code>/api/v1/clusters</code>.</li>
<li>Open a proposal's pull request: <code>POST /api/v1/proposals/{id}/open_pr</code>.</li>
</ol>`;

/** For whoever comes without one of our links: the same whatever they ask for. */
export const neutralSetupPage = (): string =>
  renderPage({
    title: "Thank you",
    content: html`<p>An installation of the app is taken in by itself, within moments, or within the hour where GitHub sends no events.</p>${WHERE_TO_LOOK}`,
  });

/** A person asked for an installation that an owner has to approve. */
export const requestedSetupPage = (): string =>
  renderPage({
    title: "Requested",
    content: html`<p>GitHub has asked the account's owners to approve the installation. Its repositories are registered once they do.</p>`,
  });

/** GitHub has led here, and still the installation is none: nothing will be registered by waiting. */
export const notInstalledSetupPage = (): string =>
  renderPage({
    title: "Not installed",
    content: html`<p>The service takes nothing in here: the app was removed again, or ALLOWED_ACCOUNTS leaves the account out. Its administrator sees in the log which it is.</p>`,
  });

/** Which repositories of an installation were registered. While that is under way the page looks again, a few times. */
export const setupPage = ({ settled, account, repos, looks, nextUrl }: SetupFacts): string => {
  const underway = !settled && looks < LOOKS_MAX;
  const registered = repos.filter(({ status }) => status === "active" || status === "archived");
  const content = html`
${settled ? "" : underway ? html`<p>The installation is being taken in. This page looks again by itself.</p>` : html`<p>This takes longer than usual. Load this page again later; if nothing comes: is a worker running? Is the account one of ALLOWED_ACCOUNTS, if that is set?</p>`}
${registered.length > 0 ? list(registered) : settled ? html`<p>The installation covers no repository that is registered. Choose some in its settings on GitHub.</p>` : ""}
${registered.length > 0 ? NEXT : ""}
${WHERE_TO_LOOK}`;
  return renderPage({
    title: account === null ? "Installing" : `Installed on ${account}`,
    content,
    ...(underway && { refresh: { url: nextUrl, after_s: REFRESH_AFTER_S } }),
  });
};

const list = (repos: readonly CoveredRepo[]) => {
  const rows = repos
    .slice(0, NAMED_MAX)
    .map(
      ({ owner, repo, name, status }) =>
        html`<tr><td>${owner}/${repo}${status === "archived" ? " (archived: it can't be written to)" : ""}</td><td><code>${name}</code></td></tr>`,
    );
  return html`<p>These repositories are registered:</p>
<table><tr><th>repository</th><th>name in the API</th></tr>${rows}</table>
${repos.length > NAMED_MAX ? html`<p>And more.</p>` : ""}`;
};
