import type { PullRecord } from "../../sandbox/state/model.ts";
import type { ProposalRow } from "../../src/db/proposals-store.ts";
import { type Chronicle, placeOfPull } from "./chronicle.ts";
import type { Timelines } from "./judge-answers.ts";
import type { ModelState } from "./proposal-model.ts";
import type { RepositoryTruth, Truth } from "./truth.ts";
import { type Violation, violation } from "./violation.ts";

interface Recorded {
  repository: RepositoryTruth;
  pull: PullRecord;
}

/** Holds every proposal's row against its timeline and against its pull request on GitHub. */
export const judgeRows = (truth: Truth, timelines: Timelines, chronicle: Chronicle): Violation[] =>
  truth.proposals.flatMap((row) => {
    const state = timelines.get(row.id)?.states.at(-1)?.state;
    const rejectedAt =
      timelines.get(row.id)?.events.find(({ kind }) => kind === "proposal_rejected")?.seq ?? null;
    const recorded = recordedPull(truth, row);
    return [
      ...stuck(row),
      ...(state === undefined ? ["it has no timeline"] : differences(ofRow(row, truth), state)),
      ...(recorded === null ? unrecorded(row) : mirrored({ truth, row, recorded, rejectedAt, chronicle })),
    ].map((text) => violation(`proposal ${row.id}: ${text}`, row.id, ...placesOf(recorded)));
  });

const placesOf = (recorded: Recorded | null) =>
  recorded === null ? [] : [placeOfPull(recorded.repository.id, recorded.pull.number)];

const recordedPull = (truth: Truth, row: ProposalRow): Recorded | null => {
  const repository = truth.repositories.find(({ configRepoId }) => configRepoId === row.pr_config_repo_id);
  const pull = repository?.pulls.find(({ number }) => number === row.pr_number);
  return repository === undefined || pull === undefined ? null : { repository, pull };
};

const stuck = ({ open_pr_state, open_pr_run }: ProposalRow): string[] => {
  if (open_pr_state !== "idle" && open_pr_state !== "failed") return [`it stays ${open_pr_state}`];
  return open_pr_run === null ? [] : [`nothing runs, and ${open_pr_run} holds the fence`];
};

const unrecorded = ({ status, pr_number }: ProposalRow): string[] => {
  if (pr_number !== null) return [`it has pull request ${pr_number}, which GitHub does not have`];
  return status === "pr_opened" || status === "pr_merged" ? [`it is ${status} without a pull request`] : [];
};

/** A pull request that was never recorded has no place on the row. */
const ofRow = (row: ProposalRow, truth: Truth): Partial<ModelState> => ({
  status: row.status,
  attempt: row.open_pr_attempt,
  openPr: row.open_pr_state,
  ...(row.pr_number !== null && {
    pullState: row.pr_state,
    draft: row.pr_draft,
    baseRef: row.pr_base_ref,
    headSha: truth.mirroredHeads.get(row.id) ?? null,
    checks: row.pr_checks,
    review: row.pr_review,
  }),
});

/** A row is where its timeline ends, as far as that tells. */
const differences = (row: Partial<ModelState>, state: ModelState): string[] =>
  (Object.keys(row) as (keyof ModelState)[])
    .filter((key) => state[key] !== null && state[key] !== row[key])
    .map((key) => `its row has ${key} ${row[key]}, its timeline ends with ${state[key]}`);

interface Mirrored {
  truth: Truth;
  row: ProposalRow;
  recorded: Recorded;
  rejectedAt: number | null;
  chronicle: Chronicle;
}

const mirrored = ({ truth, row, recorded, rejectedAt, chronicle }: Mirrored): string[] => {
  const { repository, pull } = recorded;
  const found: string[] = [];
  const expect = (what: string, present: unknown, wanted: unknown) => {
    if (present !== wanted) found.push(`${what} is ${present}, on GitHub it is ${wanted}`);
  };
  if (pull.user_id !== truth.botId) found.push(`its pull request ${pull.number} is not the app's`);
  const merged = pull.merged_at !== null;
  expect("pr_state", row.pr_state, merged ? "merged" : pull.state);
  expect("merged", row.status === "pr_merged", merged);
  expect(
    "pr_merged_at",
    row.pr_merged_at?.getTime() ?? null,
    merged ? Date.parse(String(pull.merged_at)) : null,
  );
  if (!isUrlOf(row.pr_url ?? "", row, recorded)) found.push(`pr_url is ${row.pr_url}`);
  if (row.status === "pr_opened") {
    expect("pr_base_ref", row.pr_base_ref, pull.base_ref);
    expect("pr_draft", row.pr_draft, pull.draft);
    expect("the mirrored head", truth.mirroredHeads.get(row.id), pull.head_sha);
  }
  const place = placeOfPull(repository.id, pull.number);
  if (row.status === "rejected" && pull.state === "open") {
    const reopened = chronicle.reopened.get(place);
    if (reopened === undefined || reopened < (rejectedAt ?? 0))
      found.push("it is rejected, and its pull request is open");
  }
  return found;
};

/** While it is opened the address follows the repository's name; afterwards an earlier one leads on. */
const isUrlOf = (url: string, { status }: ProposalRow, { repository, pull }: Recorded): boolean => {
  const names = [repository.fullName, ...(status === "pr_opened" ? [] : repository.formerNames)];
  return names.some((name) => url.toLowerCase().endsWith(`/${name.toLowerCase()}/pull/${pull.number}`));
};
