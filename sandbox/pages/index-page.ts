import type { PullView, RepositoryView } from "../world.ts";
import { type Html, html } from "./html.ts";
import { layout } from "./layout.ts";

export interface RepositoryWithPulls {
  repository: RepositoryView;
  /** Oldest first. */
  pulls: readonly PullView[];
}

/** Every repository with its pull requests; the page of one repository is the same with one entry. */
export function indexPage(title: string, entries: readonly RepositoryWithPulls[]): string {
  return layout(title, html`<h1>${title}</h1>${entries.map(repositorySection)}`);
}

function repositorySection({ repository, pulls }: RepositoryWithPulls): Html {
  const list = pulls
    .toReversed()
    .map(
      (pull) =>
        html`<li>${stateBadge(pull)} <a href="/${repository.full_name}/pull/${pull.number}">#${pull.number} ${pull.title}</a></li>`,
    );
  return html`<section>
<h2><a href="/${repository.full_name}">${repository.full_name}</a>${repository.archived ? " (archived)" : ""}</h2>
<p><code>git clone ${repository.clone_url}</code></p>
${list.length > 0 ? html`<ul>${list}</ul>` : html`<p>No pull requests yet.</p>`}
</section>`;
}

export function stateBadge(pull: { state: "open" | "closed"; merged: boolean }): Html {
  const state = pull.merged ? "merged" : pull.state;
  return html`<span class="state ${state}">${state}</span>`;
}
