import type { Logger } from "pino";
import { appendEvent } from "../../db/events-store.ts";
import { recordOpened } from "../../db/open-pr-store.ts";
import type { Pull } from "../../github/pull.ts";
import type { OpenPrJob } from "../../queue/job-data.ts";
import { type Fence, FenceLost } from "./fence.ts";
import type { OpenPrDeps } from "./open-pr-deps.ts";

export interface RecordInput {
  fence: Fence;
  job: OpenPrJob;
  pull: Pull;
  /** An earlier run opened it. */
  adopted: boolean;
  log: Logger;
}

/**
 * The end of the attempt: the row says that its pull request is open. Fenced and only while pending; zero rows never
 * close a pull request, because cleaning up belongs to close_pr alone.
 * @throws FenceLost
 */
export const recordPull = async (
  deps: Pick<OpenPrDeps, "db" | "clock" | "metrics">,
  { fence, job, pull, adopted, log }: RecordInput,
): Promise<void> => {
  const merged = pull.merged_at !== null;
  await deps.db.transaction().execute(async (trx) => {
    const mine = await recordOpened(trx, fence.proposalId, fence.run, {
      url: pull.html_url,
      number: pull.number,
      state: merged ? "merged" : pull.state,
      updatedAt: new Date(pull.updated_at),
      mergedAt: pull.merged_at === null ? null : new Date(pull.merged_at),
    });
    if (!mine) throw new FenceLost(fence.run);
    const data = { attempt: job.attempt, pr_url: pull.html_url, pr_number: pull.number, adopted };
    await appendEvent(trx, { proposalId: fence.proposalId, kind: "pr_opened", data });
    if (merged)
      await appendEvent(trx, {
        proposalId: fence.proposalId,
        kind: "pr_merged",
        data: { merged_at: pull.merged_at },
      });
  });
  const duration_ms = deps.clock.now() - Date.parse(job.requested_at);
  deps.metrics.timeToPr.observe(duration_ms / 1_000);
  log.info(
    { event: "pr_open_complete", pr_url: pull.html_url, adopted, duration_ms },
    "the pull request is open",
  );
};
