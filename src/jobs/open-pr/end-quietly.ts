import type { Logger } from "pino";
import { listHeads } from "../../db/heads-store.ts";
import { findProposal } from "../../db/proposals-store.ts";
import { closePrJob, type OpenPrJob } from "../../queue/job-data.ts";
import type { JobRun } from "../../queue/work-queues.ts";
import type { OpenPrDeps } from "./open-pr-deps.ts";

/**
 * Ends a run that may not go on, because another run or an operator did. It touches nothing on GitHub; but what it was
 * about to do may still arrive there after close_pr looked, so of a rejected proposal close_pr looks once more.
 */
export const endQuietly = async (
  deps: Pick<OpenPrDeps, "db" | "queue">,
  job: OpenPrJob,
  run: Pick<JobRun, "id" | "retryCount">,
  log: Logger,
): Promise<void> => {
  const present = await findProposal(deps.db, job.proposal_id);
  if (present?.status === "pending") {
    log.info("another run of this attempt goes on");
    return;
  }
  log.info(
    { event: "pr_open_proposal_no_longer_pending", status: present?.status },
    "nothing to open any more",
  );
  if (present?.status !== "rejected") return;
  const heads = await listHeads(deps.db, job.proposal_id, job.config_repo_id);
  if (heads.length === 0) return;
  const { proposal_id, config_repo_id, request_id } = job;
  const cause = `run ${run.id}:${run.retryCount}`;
  await deps.queue.send(deps.db, closePrJob({ proposal_id, config_repo_id, request_id, actor: null, cause }));
};
