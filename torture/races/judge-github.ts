import type { PullRecord } from "../../sandbox/state/model.ts";
import type { ProposalRow } from "../../src/db/proposals-store.ts";
import { closeMarker, proposalMarker } from "../../src/proposals/pr-text/marker.ts";
import { type Chronicle, placeOfBranch, placeOfPull } from "./chronicle.ts";
import type { RepositoryTruth, Truth } from "./truth.ts";
import { type Violation, violation } from "./violation.ts";

/** Everything the app wrote on GitHub is there once, belongs to a proposal, and is there only while it should be. */
export const judgeGithub = async (truth: Truth, chronicle: Chronicle): Promise<Violation[]> => {
  const found: Violation[] = [];
  const opened = new Map<string, string>();
  for (const repository of truth.repositories) {
    for (const pull of repository.pulls.filter(({ user_id }) => user_id === truth.botId)) {
      const place = placeOfPull(repository.id, pull.number);
      const owner = truth.proposals.find(({ id }) => pull.body?.includes(proposalMarker(id)));
      const head = await firstHead(truth, repository, pull);
      if (owner === undefined || head?.proposal_id !== owner.id) {
        found.push(violation(`pull request ${place} is the app's, and no proposal's head proves it`, place));
        continue;
      }
      const attempt = `attempt ${head.attempt} of proposal ${owner.id}`;
      const other = opened.get(attempt);
      if (other !== undefined)
        found.push(
          violation(`${attempt} has two pull requests, ${other} and ${place}`, owner.id, other, place),
        );
      opened.set(attempt, place);
      found.push(...judgeLeftOpen(truth, chronicle, { repository, pull, owner }));
      found.push(...judgeComments(truth, repository, pull, owner));
    }
    found.push(...judgeChecks(truth, repository), ...judgeBranches(truth, repository, chronicle));
    found.push(...judgeLastMerged(truth, repository));
  }
  return found;
};

/** The stored head that the pull request was opened with, below what people pushed on top. */
const firstHead = async (truth: Truth, repository: RepositoryTruth, pull: PullRecord) => {
  const heads = new Map(
    truth.heads
      .filter((head) => head.config_repo_id === repository.configRepoId && head.branch === pull.head_ref)
      .map((head) => [head.head_sha, head]),
  );
  for (const sha of await repository.historyOf(`refs/pull/${pull.number}/head`)) {
    const head = heads.get(sha);
    if (head !== undefined) return head;
  }
  return undefined;
};

interface Owned {
  repository: RepositoryTruth;
  pull: PullRecord;
  owner: ProposalRow;
}

/** One that was never recorded may be open only while its proposal can still take it over, or because people want it. */
const judgeLeftOpen = (
  truth: Truth,
  chronicle: Chronicle,
  { repository, pull, owner }: Owned,
): Violation[] => {
  const isRecorded = owner.pr_number === pull.number && owner.pr_config_repo_id === repository.configRepoId;
  if (isRecorded || pull.state === "closed") return [];
  if (owner.status === "pending" && owner.open_pr_state === "failed") return [];
  const place = placeOfPull(repository.id, pull.number);
  const isOurs = truth.heads.some(
    (head) =>
      head.proposal_id === owner.id &&
      head.config_repo_id === repository.configRepoId &&
      head.head_sha === pull.head_sha &&
      head.base_branch === pull.base_ref,
  );
  if (!isOurs || chronicle.reopened.has(place)) return [];
  return [
    violation(
      `proposal ${owner.id} is ${owner.status}, and ${place} is left open beside it`,
      owner.id,
      place,
    ),
  ];
};

const judgeComments = (
  truth: Truth,
  repository: RepositoryTruth,
  { number }: PullRecord,
  { id }: ProposalRow,
): Violation[] => {
  const ours = repository.comments.filter((one) => one.number === number && one.user_id === truth.botId);
  return [proposalMarker(id), closeMarker(id)].flatMap((marker) => {
    const count = ours.filter(({ body }) => body.includes(marker)).length;
    if (count <= 1) return [];
    const place = placeOfPull(repository.id, number);
    return [violation(`${place} has ${count} comments of the app with ${marker}`, id, place)];
  });
};

const judgeChecks = ({ appId }: Truth, repository: RepositoryTruth): Violation[] => {
  const own = repository.checkRuns.filter(({ app }) => app.id === appId);
  const byHead = Map.groupBy(own, ({ head_sha, external_id }) => `${head_sha} for proposal ${external_id}`);
  return [...byHead]
    .filter(([, runs]) => runs.length > 1)
    .map(([head, runs]) => violation(`${head} has ${runs.length} check runs`, String(runs[0]?.external_id)));
};

const judgeBranches = (
  truth: Truth,
  { id, configRepoId, branches }: RepositoryTruth,
  chronicle: Chronicle,
): Violation[] =>
  [...branches].flatMap(([branch, tip]) => {
    if (!branch.startsWith("relyloop/")) return [];
    const place = placeOfBranch(id, branch);
    const heads = truth.heads.filter(
      (head) => head.config_repo_id === configRepoId && head.branch === branch && head.head_sha === tip,
    );
    if (heads.length === 0)
      return chronicle.touched.has(place)
        ? []
        : [violation(`nobody knows who pushed ${place} at ${tip}`, place)];
    const owners = truth.proposals.filter((row) => heads.some(({ proposal_id }) => proposal_id === row.id));
    const isLive = owners.some(({ status }) => status === "pending" || status === "pr_opened");
    if (isLive || chronicle.restored.has(place)) return [];
    const ended = owners.map((row) => `${row.id} is ${row.status}`).join(", ");
    return [violation(`${place} is left behind: ${ended}`, place, ...owners.map((row) => row.id))];
  });

const judgeLastMerged = (
  truth: Truth,
  { configRepoId, lastMergedProposalId, fullName }: RepositoryTruth,
): Violation[] => {
  const merged = truth.proposals
    .filter((row) => row.status === "pr_merged" && row.pr_config_repo_id === configRepoId)
    .sort(
      (one, other) => mergeOrder(one) - mergeOrder(other) || (one.pr_number ?? 0) - (other.pr_number ?? 0),
    );
  const newest = merged.at(-1)?.id ?? null;
  if (newest === lastMergedProposalId) return [];
  const text = `the last merge of ${fullName} is ${newest}, its row has ${lastMergedProposalId}`;
  return [violation(text, ...[newest, lastMergedProposalId].filter((id) => id !== null))];
};

const mergeOrder = ({ pr_merged_at }: ProposalRow): number => pr_merged_at?.getTime() ?? 0;
