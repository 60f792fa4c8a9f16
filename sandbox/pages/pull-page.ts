import { latestRuns } from "../answers/check.ts";
import type { ChangedFile } from "../git/read-changes.ts";
import type { Commit } from "../git/read-commits.ts";
import type { CheckRunRecord, StatusRecord } from "../state/model.ts";
import type { CommentView, PullView, RepositoryView } from "../world.ts";
import { button, type EditPlace, type FormPlace } from "./forms.ts";
import { type Html, html, markdown } from "./html.ts";
import { stateBadge } from "./index-page.ts";
import { layout } from "./layout.ts";
import { commentForms, pullForms } from "./pull-forms.ts";

export interface ShownReview {
  id: number;
  user: string;
  state: string;
  body: string;
  at: string;
}

export interface ShownComment extends CommentView {
  /** Such as `👀 relyloop[bot]`. */
  reactions: readonly string[];
}

export interface ShownPull {
  repository: RepositoryView;
  pull: PullView;
  commits: readonly Commit[];
  files: readonly ChangedFile[];
  checks: readonly CheckRunRecord[];
  /** The latest of each context. */
  statuses: readonly StatusRecord[];
  reviews: readonly ShownReview[];
  comments: readonly ShownComment[];
}

/** A line of a diff longer than the page is wide is scrolled; a diff longer than this is cut. */
const DIFF_LINES_MAX = 2_000;

/** @param who presses the buttons, and which text they are changing */
export function pullPage(shown: ShownPull, who: Pick<EditPlace, "person" | "editing">): string {
  const { repository, pull } = shown;
  const place = { path: `/${repository.full_name}/pull/${pull.number}`, ...who };
  const head = pull.head.repo === repository.full_name ? pull.head.ref : `${pull.head.repo}:${pull.head.ref}`;
  const content = html`
<h1>${pull.title} <small>#${pull.number}</small></h1>
<p>${stateBadge(pull)} <b>${pull.user}</b> wants to merge <code>${head}</code> into <code>${pull.base.ref}</code>
in <a href="/${repository.full_name}">${repository.full_name}</a></p>
<article><h3>${pull.user}, ${pull.created_at}</h3><div>${markdown(pull.body ?? "")}</div></article>
${commitSection(shown.commits)}
${checkSection(place, shown)}
${shown.files.length > 0 ? html`<section><h2>Files changed (${shown.files.length})</h2>${shown.files.map(fileDiff)}</section>` : ""}
${shown.reviews.map((review) => reviewArticle(place, review))}
${shown.comments.map((comment) => commentArticle(place, comment))}
${pullForms(place, pull)}`;
  return layout(`${pull.title} · #${pull.number} · ${repository.full_name}`, content);
}

function commitSection(commits: readonly Commit[]): Html {
  const items = commits.map(
    ({ oid, message, author }) =>
      html`<li><code>${oid.slice(0, 7)}</code> ${message.split("\n")[0] ?? ""} <small>${author.name}</small></li>`,
  );
  return html`<section><h2>Commits (${commits.length})</h2><ul>${items}</ul></section>`;
}

function checkSection(place: FormPlace, { checks, statuses }: ShownPull): Html {
  const runs = latestRuns(checks);
  const rows = [
    ...runs.map((run) => row(run.name, run.conclusion ?? run.status, run.output.title ?? "")),
    ...statuses.map((status) => row(status.context, status.state, status.description ?? "")),
  ];
  const table = html`<table><tr><th>Check</th><th>State</th><th></th></tr>${rows}</table>`;
  const summaries = runs.map((run) => checkArticle(place, run));
  return html`<section><h2>Checks</h2>${rows.length > 0 ? table : html`<p>No checks yet.</p>`}${summaries}</section>`;
}

function checkArticle(place: FormPlace, run: CheckRunRecord): Html {
  const { title, summary, text } = run.output;
  return html`<article id="check-${run.id}"><h3>${run.app.name}: ${run.name}${title === null ? "" : `, ${title}`}</h3>
<div>${markdown(summary ?? "")}${markdown(text ?? "")}</div>
<div>${button(place, "rerun-check", "Re-run", { check_run: run.id })}</div></article>`;
}

function reviewArticle(place: FormPlace, review: ShownReview): Html {
  const counts = review.state === "approved" || review.state === "changes requested";
  const dismiss = counts ? button(place, "dismiss-review", "Dismiss", { review: review.id }) : "";
  return html`<article><h3>${review.user} reviewed: ${review.state}, ${review.at}</h3>
<div>${markdown(review.body)}</div><div>${dismiss}</div></article>`;
}

function commentArticle(place: EditPlace, comment: ShownComment): Html {
  const reactions = comment.reactions.map((reaction) => html`<span class="reaction">${reaction}</span> `);
  return html`<article id="issuecomment-${comment.id}"><h3>${comment.user} commented, ${comment.created_at}</h3>
<div>${markdown(comment.body)}</div><div>${reactions}</div>
<div>${commentForms(place, comment.id, comment.body)}</div></article>`;
}

const row = (name: string, state: string, note: string): Html =>
  html`<tr><td>${name}</td><td>${state}</td><td>${note}</td></tr>`;

function fileDiff(file: ChangedFile): Html {
  const lines = (file.patch ?? "Binary file, not shown.").split("\n");
  const shown = lines
    .slice(0, DIFF_LINES_MAX)
    .map((line) => html`<span class="${lineClass(line)}">${line}</span>`);
  const rest = lines.length > DIFF_LINES_MAX ? html`<p>The rest is not shown.</p>` : "";
  return html`<div><b>${file.path}</b> +${file.additions} −${file.deletions}<pre class="diff">${shown}</pre>${rest}</div>`;
}

function lineClass(line: string): string {
  if (line.startsWith("+")) return "add";
  if (line.startsWith("-")) return "del";
  return line.startsWith("@@") ? "hunk" : "";
}
