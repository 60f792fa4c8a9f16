import type { Transaction } from "kysely";
import { listHeads } from "../db/heads-store.ts";
import { type Merge, markMerged } from "../db/merges-store.ts";
import type { Database } from "../db/schema.ts";
import { closePrJob } from "../queue/job-data.ts";
import type { JobQueue } from "../queue/job-queue.ts";

/**
 * GitHub says that a proposal's pull request was merged: the row says so too, and close_pr is sent to every repository
 * something was about to be pushed to, where it deletes the branch while its tip is ours. The caller tells the
 * timeline.
 * @returns false: it was recorded before, and nothing is sent again
 */
export const recordMerged = async (
  trx: Transaction<Database>,
  queue: Pick<JobQueue, "send">,
  merge: Merge,
  requestId: string,
): Promise<boolean> => {
  if (!(await markMerged(trx, merge))) return false;
  const heads = await listHeads(trx, merge.proposalId);
  for (const config_repo_id of new Set(heads.map((head) => head.config_repo_id))) {
    const about = { proposal_id: merge.proposalId, actor: null, cause: "merged", request_id: requestId };
    await queue.send(trx, closePrJob({ ...about, config_repo_id }));
  }
  return true;
};
