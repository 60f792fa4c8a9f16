import type { Db } from "../../src/db/connect.ts";
import { listEvents } from "../../src/db/events-store.ts";
import { findProposal, type ProposalRow } from "../../src/db/proposals-store.ts";
import { CHECK_NAME } from "../../src/proposals/check-name.ts";
import { commandMarker } from "../../src/proposals/pr-text/command-answer.ts";
import { closeMarker, proposalMarker } from "../../src/proposals/pr-text/marker.ts";
import type { Ground, Site } from "./ground.ts";

/** What is asked of GitHub itself, and of the rows, once a job has ended. Each answers what is not as it shall be. */

export interface About extends Pick<Ground, "db" | "sandbox"> {
  site: Site;
  id: string;
  branch: string;
}

const EVENTS_MAX = 1_000;

const rowOf = async ({ db, id }: Pick<About, "db" | "id">): Promise<ProposalRow> => {
  const row = await findProposal(db, id);
  if (row === undefined) throw new Error(`there is no proposal ${id}`);
  return row;
};

const eventsOf = async (db: Db, proposalId: string, kind: string) =>
  (await listEvents(db, { proposalId, after: 0, limit: EVENTS_MAX })).filter((event) => event.kind === kind);

const pullsOf = async ({ sandbox, site, branch }: About) =>
  (await sandbox.pulls(site.repository.id)).filter(({ head }) => head.ref === branch);

const tipOf = ({ sandbox, site, branch }: About) => sandbox.branchTip(site.repository.id, branch);

/** Our comments with this mark on a pull request. */
const marked = async ({ sandbox, site }: About, number: number, marker: string): Promise<number> => {
  const comments = await sandbox.comments(site.repository.id, number);
  return comments.filter(({ user, body }) => user === sandbox.app.bot_login && body.includes(marker)).length;
};

const unless = (holds: boolean, otherwise: string): string[] => (holds ? [] : [otherwise]);

/** There is never more than one of anything, whatever happened. */
export const doubled = async (about: About): Promise<string[]> => {
  const pulls = await pullsOf(about);
  const said: string[] = unless(pulls.length <= 1, `there are ${pulls.length} pull requests`);
  for (const { number } of pulls) {
    for (const [what, marker] of [
      ["comments with the chart", proposalMarker(about.id)],
      ["comments on the rejection", closeMarker(about.id)],
    ] as const) {
      const count = await marked(about, number, marker);
      said.push(...unless(count <= 1, `there are ${count} ${what}`));
    }
  }
  for (const kind of ["pr_opened", "pr_closed", "branch_deleted", "proposal_rejected", "check_refreshed"]) {
    const { length } = await eventsOf(about.db, about.id, kind);
    said.push(...unless(length <= 1, `${kind} is told ${length} times`));
  }
  return said;
};

/** @param lenient without its comment */
export const notOpened = async (about: About, lenient: boolean): Promise<string[]> => {
  const row = await rowOf(about);
  const [pull] = await pullsOf(about);
  const tip = await tipOf(about);
  const comments = pull === undefined ? 0 : await marked(about, pull.number, proposalMarker(about.id));
  return [
    ...unless(
      row.status === "pr_opened" && row.open_pr_state === "idle",
      `it is ${row.status}, ${row.open_pr_state}`,
    ),
    ...unless(pull !== undefined && pull.state === "open", "there is no open pull request"),
    ...unless(row.pr_number === pull?.number, `#${row.pr_number} is recorded, and #${pull?.number} open`),
    ...unless(tip !== null && tip === row.pr_head_sha, "the branch is not what was stored"),
    ...unless(lenient || comments === 1, "there is no comment"),
  ];
};

/** Leaves a second comment with the chart, as a run that was given up may. @returns its id */
export const comeLate = async ({ site, number, id }: About & { number: number }): Promise<number> => {
  const body = `Late. ${proposalMarker(id)}`;
  return (await site.ask("POST", `/issues/${number}/comments`, { body })).body.id;
};

export const notTidied = async (about: About & { number: number }): Promise<string[]> => {
  const comments = await marked(about, about.number, proposalMarker(about.id));
  return unless(comments === 1, `there are ${comments} comments with the chart`);
};

/** @param lenient without the comment that says why */
export const notClosed = async (about: About, lenient: boolean): Promise<string[]> => {
  const [pull] = await pullsOf(about);
  const comments = pull === undefined ? 1 : await marked(about, pull.number, closeMarker(about.id));
  return [
    ...unless((await rowOf(about)).status === "rejected", "it is not rejected"),
    ...unless(pull === undefined || pull.state === "closed", "its pull request is open"),
    ...unless((await tipOf(about)) === null, "its branch is there"),
    ...unless(lenient || comments === 1, "nobody says why it was closed"),
  ];
};

/** @param lenient without what speaks for and against it */
export const notMirrored = async (about: About, lenient: boolean): Promise<string[]> => {
  const { pr_state, pr_checks, pr_review } = await rowOf(about);
  const verdicts = `${pr_checks} and ${pr_review}`;
  return [
    ...unless(pr_state === "open", `the mirror says ${pr_state}`),
    ...unless(lenient || verdicts === "failure and approved", `the mirror says ${verdicts}`),
  ];
};

/** @param lenient without the check run */
export const notChecked = async (about: About, lenient: boolean): Promise<string[]> => {
  const runs = await ownRuns(about);
  const [pull] = await pullsOf(about);
  const refreshed = await eventsOf(about.db, about.id, "check_refreshed");
  return [
    ...unless(refreshed.length === 1, "it is not told that the check was refreshed"),
    ...unless(lenient || runs === 1, `there are ${runs} check runs`),
    ...unless(pull?.body?.includes("Drift") === true, "the body says nothing of the drift"),
  ];
};

export const checkedTwice = async (about: About): Promise<string[]> => {
  const runs = await ownRuns(about);
  return unless(runs <= 1, `there are ${runs} check runs`);
};

const ownRuns = async (about: About): Promise<number> => {
  const { pr_head_sha } = await rowOf(about);
  const query = `check_name=${encodeURIComponent(CHECK_NAME)}&filter=all`;
  const { body } = await about.site.ask("GET", `/commits/${pr_head_sha}/check-runs?${query}`);
  return body.check_runs.filter((run: { external_id: string }) => run.external_id === about.id).length;
};

interface CommandAbout extends About {
  number: number;
  comment: number;
}

/** @param lenient without an answer */
export const notAnswered = async (about: CommandAbout, lenient: boolean): Promise<string[]> => {
  const answers = await marked(about, about.number, commandMarker(about.comment));
  return unless(lenient || answers === 1, "the command has no answer");
};

export const notCarriedOut = async (about: CommandAbout): Promise<string[]> =>
  unless((await refreshesOf(about)) === 1, "the command was not carried out");

export const answeredTwice = async (about: CommandAbout): Promise<string[]> => {
  const answers = await marked(about, about.number, commandMarker(about.comment));
  const refreshes = await refreshesOf(about);
  return [
    ...unless(answers <= 1, `the command has ${answers} answers`),
    ...unless(refreshes <= 1, `the command was carried out ${refreshes} times`),
  ];
};

const refreshesOf = async ({ db, id, comment }: CommandAbout): Promise<number> =>
  (await eventsOf(db, id, "refresh_requested")).filter(({ data }) => data.request_id === `comment:${comment}`)
    .length;

export const notSynced = async ({ db, site }: { db: Db; site: Site }): Promise<string[]> => {
  const { default_branch } = await db
    .selectFrom("config_repos")
    .select("default_branch")
    .where("id", "=", site.configRepoId)
    .executeTakeFirstOrThrow();
  return unless(default_branch === "main", `the default branch is ${default_branch}`);
};
