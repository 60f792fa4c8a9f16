import type { Logger } from "pino";
import { appendEvent } from "../../db/events-store.ts";
import { recordOpened } from "../../db/open-pr-store.ts";
import { addMirror } from "../../db/pull-mirrors-store.ts";
import type { Pull } from "../../github/pull.ts";
import { mirrorPrJob, refreshCheckJob } from "../../queue/event-jobs.ts";
import type { OpenPrJob } from "../../queue/job-data.ts";
import { recordMerged } from "../record-merged.ts";
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
 * The end of the attempt: the row says that its pull request is open, and with it go the jobs that make its check and
 * read what happened to it since. Fenced and only while pending; zero rows never close a pull request, because cleaning
 * up belongs to close_pr alone.
 * @throws FenceLost
 */
export const recordPull = async (
  deps: Pick<OpenPrDeps, "db" | "clock" | "metrics" | "queue">,
  { fence, job, pull, adopted, log }: RecordInput,
): Promise<void> => {
  const { proposalId } = fence;
  const { merged_at } = pull;
  await deps.db.transaction().execute(async (trx) => {
    const mine = await recordOpened(trx, proposalId, fence.run, {
      url: pull.html_url,
      number: pull.number,
      configRepoId: job.config_repo_id,
      state: pull.state,
      draft: pull.draft,
      baseRef: pull.base_ref,
      updatedAt: new Date(pull.updated_at),
    });
    if (!mine) throw new FenceLost(fence.run);
    await addMirror(trx, proposalId, pull.head_sha);
    if (merged_at !== null) {
      const { html_url: url, number } = pull;
      const merge = {
        proposalId,
        configRepoId: job.config_repo_id,
        url,
        number,
        mergedAt: new Date(merged_at),
      };
      await recordMerged(trx, deps.queue, merge, job.request_id);
    }
    for (const next of followUps(deps, proposalId, job)) await deps.queue.send(trx, next);
    const data = { attempt: job.attempt, pr_url: pull.html_url, pr_number: pull.number, adopted };
    await appendEvent(trx, { proposalId, kind: "pr_opened", data });
    if (merged_at !== null) await appendEvent(trx, { proposalId, kind: "pr_merged", data: { merged_at } });
  });
  const duration_ms = deps.clock.now() - Date.parse(job.requested_at);
  deps.metrics.timeToPr.observe(duration_ms / 1_000);
  log.info(
    { event: "pr_open_complete", pr_url: pull.html_url, adopted, duration_ms },
    "the pull request is open",
  );
};

const followUps = ({ clock }: Pick<OpenPrDeps, "clock">, proposal_id: string, job: OpenPrJob) => {
  const asked = {
    proposal_id,
    cause: `record ${job.attempt}`,
    delivery_id: null,
    asked_at: new Date(clock.now()).toISOString(),
    request_id: job.request_id,
  };
  return [mirrorPrJob({ ...asked, said: null }), refreshCheckJob({ ...asked, body: false })];
};
