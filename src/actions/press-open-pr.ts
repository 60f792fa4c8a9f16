import type { Db } from "../db/connect.ts";
import { appendEvent } from "../db/events-store.ts";
import { markQueued } from "../db/open-pr-store.ts";
import { findProposal, type ProposalRow } from "../db/proposals-store.ts";
import { findTarget } from "../db/targets-store.ts";
import { AppError } from "../errors.ts";
import { type Actor, actorLabel } from "../proposals/actor.ts";
import type { JobQueue } from "../queue/job-queue.ts";
import { requireWritable, type WritableRepo } from "../registry/require-writable.ts";

export interface Press {
  proposalId: string;
  actor: Actor;
  requestId: string;
}

/**
 * The checks before any work, in the contract's order: it exists, it is pending, its cluster has a config repo,
 * and the app may write there.
 * @throws AppError PROPOSAL_NOT_FOUND, INVALID_STATE_TRANSITION, CLUSTER_HAS_NO_CONFIG_REPO, GITHUB_NOT_CONFIGURED
 */
export const checkOpenable = async (
  db: Db,
  proposalId: string,
  credentials: boolean,
): Promise<{ proposal: ProposalRow; target: WritableRepo }> => {
  const proposal = await findProposal(db, proposalId);
  if (proposal === undefined) throw new AppError("PROPOSAL_NOT_FOUND", `There is no proposal ${proposalId}.`);
  requirePending(proposal);
  const target = await findTarget(db, proposal.cluster_id);
  if (target?.configRepo === undefined) {
    throw new AppError(
      "CLUSTER_HAS_NO_CONFIG_REPO",
      `Cluster ${target?.cluster.name ?? proposal.cluster_id} has no config repo. Set its config_repo_id (PATCH /api/v1/clusters/{id}), then press again.`,
    );
  }
  return { proposal, target: requireWritable(target, credentials) };
};

const requirePending = (proposal: ProposalRow): void => {
  if (proposal.status === "pending") return;
  const why = {
    pr_opened: `has its pull request already: ${proposal.pr_url}. To start over, reject it and make a new proposal`,
    pr_merged: `was merged: ${proposal.pr_url}`,
    rejected: "was rejected; make a new proposal",
  }[proposal.status];
  throw new AppError("INVALID_STATE_TRANSITION", `Proposal ${proposal.id} ${why}.`, {
    reason: proposal.status,
  });
};

/**
 * "Open PR" was pressed: marks the proposal queued and enqueues the job, in one transaction. A press while an
 * attempt is in flight adds nothing.
 * @throws what {@link checkOpenable} throws, and AppError QUEUE_UNAVAILABLE, after which nothing has changed
 */
export const createPressOpenPr =
  (deps: { db: Db; queue: Pick<JobQueue, "send">; credentials: boolean; now: () => Date }) =>
  async (press: Press): Promise<void> => {
    const { target } = await checkOpenable(deps.db, press.proposalId, deps.credentials);
    await deps.db.transaction().execute(async (trx) => {
      const queued = await markQueued(trx, press.proposalId);
      if (queued === undefined) {
        // In flight already, unless it left `pending` between the check and here.
        const present = await findProposal(trx, press.proposalId);
        if (present !== undefined) requirePending(present);
        return;
      }
      await deps.queue.send(trx, {
        kind: "open_pr",
        proposal_id: press.proposalId,
        attempt: queued.open_pr_attempt,
        config_repo_id: target.configRepo.id,
        actor: press.actor,
        requested_at: deps.now().toISOString(),
        request_id: press.requestId,
        sequel: 0,
        waits: 0,
        first_wait_at: null,
      });
      await appendEvent(trx, {
        proposalId: press.proposalId,
        kind: "open_pr_requested",
        actor: actorLabel(press.actor),
        data: { attempt: queued.open_pr_attempt, request_id: press.requestId },
      });
    });
  };
