import type { Db, Executor } from "../db/connect.ts";
import { appendEvent, lastEvent } from "../db/events-store.ts";
import { listHeads } from "../db/heads-store.ts";
import { markRejected } from "../db/open-pr-store.ts";
import { findProposal, type ProposalRow } from "../db/proposals-store.ts";
import { findTarget } from "../db/targets-store.ts";
import { AppError } from "../errors.ts";
import { type Actor, actorLabel } from "../proposals/actor.ts";
import { closePrJob } from "../queue/job-data.ts";
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
  (deps: { db: Db; queue: Pick<JobQueue, "send">; redact: (text: string) => string }) =>
  (rejection: Rejection): Promise<ProposalRow> =>
    deps.db.transaction().execute(async (trx) => {
      const reason = rejection.reason === null ? null : deps.redact(rejection.reason);
      const rejected = await markRejected(trx, rejection.proposalId, reason);
      if (rejected === undefined)
        return refuse(await findProposal(trx, rejection.proposalId), rejection.proposalId);
      for (const config_repo_id of await repositoriesOf(trx, rejected)) {
        const { actor, requestId: request_id } = rejection;
        const job = closePrJob({
          proposal_id: rejected.id,
          config_repo_id,
          actor,
          request_id,
          cause: "reject",
        });
        await deps.queue.send(trx, job);
      }
      await appendEvent(trx, {
        proposalId: rejected.id,
        kind: "proposal_rejected",
        actor: actorLabel(rejection.actor),
        data: { reason, request_id: rejection.requestId },
      });
      return rejected;
    });

/** Where something of it may be: every repository it was about to push to, and the one a running job works in. */
const repositoriesOf = async (db: Executor, proposal: ProposalRow): Promise<Set<string>> => {
  const repositories = new Set((await listHeads(db, proposal.id)).map((head) => head.config_repo_id));
  const started = await lastEvent(db, proposal.id, ["open_pr_started"]);
  const present = started?.data.config_repo_id ?? (await findTarget(db, proposal.cluster_id))?.configRepo?.id;
  return typeof present === "string" ? repositories.add(present) : repositories;
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
