import type { Db, Executor } from "../db/connect.ts";
import { appendEvent, lastEvent } from "../db/events-store.ts";
import { markRejected } from "../db/open-pr-store.ts";
import { findProposal, type ProposalRow } from "../db/proposals-store.ts";
import { findTarget } from "../db/targets-store.ts";
import { AppError } from "../errors.ts";
import { type Actor, actorLabel } from "../proposals/actor.ts";
import type { JobQueue } from "../queue/job-queue.ts";

export interface Rejection {
  proposalId: string;
  reason: string | null;
  actor: Actor;
  requestId: string;
}

/**
 * Rejects a pending or opened proposal. close_pr is enqueued in the same transaction, whatever the job's state:
 * it runs after a running open_pr of the repository and cleans up what that one left on GitHub.
 * @throws AppError PROPOSAL_NOT_FOUND, INVALID_STATE_TRANSITION, QUEUE_UNAVAILABLE (nothing has changed then)
 */
export const createRejectProposal =
  (deps: { db: Db; queue: Pick<JobQueue, "send"> }) =>
  (rejection: Rejection): Promise<ProposalRow> =>
    deps.db.transaction().execute(async (trx) => {
      const rejected = await markRejected(trx, rejection.proposalId, rejection.reason);
      if (rejected === undefined)
        return refuse(await findProposal(trx, rejection.proposalId), rejection.proposalId);
      const configRepoId = await repoOfLastRun(trx, rejected);
      if (configRepoId !== null) {
        await deps.queue.send(trx, {
          kind: "close_pr",
          proposal_id: rejected.id,
          config_repo_id: configRepoId,
          actor: rejection.actor,
          request_id: rejection.requestId,
          sequel: 0,
          waits: 0,
          first_wait_at: null,
        });
      }
      await appendEvent(trx, {
        proposalId: rejected.id,
        kind: "proposal_rejected",
        actor: actorLabel(rejection.actor),
        data: { reason: rejection.reason, request_id: rejection.requestId },
      });
      return rejected;
    });

/** Where the last run worked: the cluster may have moved to another config repo since. null: there is no repo at all. */
const repoOfLastRun = async (db: Executor, proposal: ProposalRow): Promise<string | null> => {
  const started = await lastEvent(db, proposal.id, ["open_pr_started"]);
  if (typeof started?.data.config_repo_id === "string") return started.data.config_repo_id;
  return (await findTarget(db, proposal.cluster_id))?.configRepo?.id ?? null;
};

const refuse = (proposal: ProposalRow | undefined, id: string): never => {
  if (proposal === undefined) throw new AppError("PROPOSAL_NOT_FOUND", `There is no proposal ${id}.`);
  throw new AppError(
    "INVALID_STATE_TRANSITION",
    proposal.status === "pr_merged"
      ? `Proposal ${id} was merged (${proposal.pr_url}); a merged change is undone with a new proposal or a revert on GitHub.`
      : `Proposal ${id} is rejected already.`,
    { reason: proposal.status },
  );
};
