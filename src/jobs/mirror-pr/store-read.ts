import type { Transaction } from "kysely";
import type { Db } from "../../db/connect.ts";
import { appendEvent } from "../../db/events-store.ts";
import type { ProposalRow } from "../../db/proposals-store.ts";
import {
  lockMirrored,
  type MirroredColumns,
  type PullMirrorRow,
  storeMirror,
  storePull,
} from "../../db/pull-mirrors-store.ts";
import type { Database } from "../../db/schema.ts";
import type { Pull } from "../../github/pull.ts";
import { type MirroredPull, type PullChange, pullChanges } from "../../proposals/pull-changes.ts";
import type { JobQueue } from "../../queue/job-queue.ts";
import { recordMerged } from "../record-merged.ts";
import { checkWanted } from "./check-wanted.ts";
import type { Mirrored } from "./load-mirrored.ts";
import type { PullRead } from "./read-pull.ts";

export interface StoreInput {
  mirrored: Mirrored;
  read: Extract<PullRead, { kind: "read" }>;
  /** The beginning of the read. */
  readAt: Date;
  requestId: string;
  /** Whether it makes up for events that were lost. */
  reconciles: boolean;
}

export type StoreOutcome =
  | { kind: "stored"; state: MirroredPull["state"]; updatedAt: Date | null }
  /** Something newer is stored: GitHub's answer was an old one, or another read was stored meanwhile. */
  | { kind: "outdated" }
  /** The proposal is final by now. */
  | { kind: "over" };

/**
 * Stores a read in one transaction, with an event for each thing that changed: compared with the row once it is locked,
 * so that of two reads side by side one tells it. A merge also moves the repository's last merge and sends close_pr; a
 * check that speaks of another base, or was never made, is sent for.
 */
export const storeRead = (
  deps: { db: Db; queue: Pick<JobQueue, "send"> },
  input: StoreInput,
): Promise<StoreOutcome> =>
  deps.db.transaction().execute(async (trx) => {
    const { mirrored, read, readAt } = input;
    const id = mirrored.proposal.id;
    const present = await lockMirrored(trx, id);
    if (present === undefined || !isSame(present.proposal, mirrored)) return { kind: "over" };
    if (present.mirror.read_at?.getTime() !== mirrored.mirror.read_at?.getTime()) return { kind: "outdated" };

    const rejected = present.proposal.status === "rejected";
    const before = mirrorOf(present.proposal, present.mirror, mirrored.number);
    const after = rejected ? { ...before, state: stateAfter(before, read.pull) } : mirrorAfter(before, read);
    const changes = pullChanges(before, after, { rejected });
    const readVersion = read.pull === null ? present.proposal.pr_updated_at : new Date(read.pull.updated_at);
    const stored = await storePull(trx, id, columnsOf(after, { readVersion, rejected }), {
      readVersion: readVersion ?? readAt,
      changed: changes.length > 0 || before.url !== after.url,
    });
    if (!stored) return { kind: "outdated" };
    const parts = {
      ...(read.verdicts?.parts ?? present.mirror.parts),
      pull: { etag: read.pullEtag, verdict: null },
    };
    await storeMirror(trx, id, { headSha: after.headSha, parts, readAt });
    const merge = await storeMerge(trx, deps.queue, input);
    const check = rejected ? null : checkWanted({ before, after }, input);
    if (check !== null) await deps.queue.send(trx, check);
    for (const change of [...changes, ...merge]) await appendEvent(trx, { proposalId: id, ...change });
    return { kind: "stored", state: after.state, updatedAt: readVersion };
  });

/** A merge or a record of another pull request since it was loaded leaves nothing to do here. */
const isSame = (proposal: ProposalRow, { number, configRepo }: Mirrored): boolean =>
  (proposal.status === "pr_opened" || proposal.status === "rejected") &&
  proposal.pr_number === number &&
  proposal.pr_config_repo_id === configRepo.id;

const mirrorOf = (proposal: ProposalRow, mirror: PullMirrorRow, number: number): MirroredPull => ({
  number,
  url: proposal.pr_url ?? "",
  state: proposal.pr_state ?? "open",
  draft: proposal.pr_draft,
  baseRef: proposal.pr_base_ref,
  headSha: mirror.head_sha,
  checks: proposal.pr_checks,
  review: proposal.pr_review,
});

/** Only `merged_at` tells a merge: a closed pull request can have a merge commit all the same. */
const stateAfter = (before: MirroredPull, pull: Pull | null): MirroredPull["state"] => {
  if (pull === null) return before.state;
  return pull.merged_at === null ? pull.state : "merged";
};

const mirrorAfter = (before: MirroredPull, { pull, verdicts }: StoreInput["read"]): MirroredPull => ({
  ...before,
  ...(pull !== null && {
    url: pull.html_url,
    state: stateAfter(before, pull),
    draft: pull.draft,
    baseRef: pull.base_ref,
    headSha: pull.head_sha,
  }),
  ...(verdicts !== null && { checks: verdicts.checks, review: verdicts.review }),
});

const columnsOf = (
  after: MirroredPull,
  { readVersion, rejected }: { readVersion: Date | null; rejected: boolean },
): MirroredColumns => ({
  pr_updated_at: readVersion,
  // `merged` is for whoever records the merge.
  ...(after.state !== "merged" && { pr_state: after.state }),
  ...(!rejected && {
    pr_url: after.url,
    pr_draft: after.draft,
    pr_base_ref: after.baseRef,
    pr_checks: after.checks,
    pr_review: after.review,
  }),
});

const storeMerge = async (
  trx: Transaction<Database>,
  queue: Pick<JobQueue, "send">,
  { mirrored, read, requestId }: StoreInput,
): Promise<PullChange[]> => {
  const mergedAt = read.pull?.merged_at ?? null;
  if (read.pull === null || mergedAt === null) return [];
  const merge = {
    proposalId: mirrored.proposal.id,
    configRepoId: mirrored.configRepo.id,
    url: read.pull.html_url,
    number: mirrored.number,
    mergedAt: new Date(mergedAt),
  };
  const merged = await recordMerged(trx, queue, merge, requestId);
  return merged ? [{ kind: "pr_merged", data: { merged_at: mergedAt } }] : [];
};
