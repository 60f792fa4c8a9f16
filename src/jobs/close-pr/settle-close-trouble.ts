import type { Logger } from "pino";
import { appendNews } from "../../db/events-store.ts";
import { RescheduleError } from "../../github/github-errors.ts";
import { type ClosePrJob, sequelOf } from "../../queue/job-data.ts";
import type { JobRun } from "../../queue/work-queues.ts";
import { judge } from "../trouble-verdict.ts";
import type { ClosePrDeps } from "./close-pr.ts";

/**
 * Ends a close_pr that met trouble: another run, another job at the time GitHub names, or a line on the timeline. In
 * the last case the sweep sends it again, every quarter of an hour until nothing is left on GitHub: what went wrong the
 * last time too is no news then, or a repository the app has lost would fill the feed for ever.
 * @throws when the queue shall run the job again
 */
export const settleCloseTrouble = async (
  deps: Pick<ClosePrDeps, "db" | "queue" | "clock" | "redact">,
  error: unknown,
  { job, run, log }: { job: ClosePrJob; run: JobRun; log: Logger },
): Promise<void> => {
  const verdict = judge(error, run, job, deps.clock.now());
  switch (verdict.kind) {
    case "stop":
      return;
    case "again":
      throw error;
    case "wait":
      log.info({ until: verdict.until, waiting_for: verdict.waitingFor }, "close_pr waits for GitHub");
      await deps.db
        .transaction()
        .execute((trx) => deps.queue.send(trx, sequelOf(job, deps.clock.now()), verdict.until));
      return;
    case "failed": {
      log.error({ event: "close_pr_failed", error_code: verdict.code, err: error }, verdict.message);
      const hopeless = verdict.code === "GITHUB_NOT_CONFIGURED" || error instanceof RescheduleError;
      if (!run.lastRun && !hopeless) throw error;
      const message = deps.redact(verdict.message);
      const data = { code: verdict.code, reason: verdict.reason, message };
      const event = { proposalId: job.proposal_id, kind: "close_pr_failed", data } as const;
      const isNews = (last?: Record<string, unknown>) =>
        last?.code !== data.code || last.reason !== data.reason;
      await deps.db.transaction().execute((trx) => appendNews(trx, event, isNews));
      return;
    }
    default:
      throw new TypeError(`unknown verdict ${verdict satisfies never}`);
  }
};
