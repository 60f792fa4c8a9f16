import type { Logger } from "pino";
import type { Clock } from "../../clock.ts";
import type { Db } from "../../db/connect.ts";
import { appendEvent } from "../../db/events-store.ts";
import { markWaiting, recordFailure } from "../../db/open-pr-store.ts";
import type { OpenPrJob } from "../../queue/job-data.ts";
import type { JobQueue, JobRun } from "../../queue/job-queue.ts";
import { judge } from "../trouble-verdict.ts";
import type { Fence } from "./fence.ts";

/** What a proposal's row and its timeline hold of an error at most. */
const MESSAGE_LENGTH_MAX = 2_000;

export interface SettleDeps {
  db: Db;
  queue: Pick<JobQueue, "send">;
  clock: Clock;
  redact: (text: string) => string;
}

/**
 * Ends a run that met trouble: a code on the row, another job later, or nothing when the fence is lost. Each is
 * fenced, so a stale run changes nothing here either.
 * @returns the outcome for the metrics
 * @throws an Error without details when the queue shall run the job again: pg-boss stores what it is given
 */
export const settleTrouble = async (
  deps: SettleDeps,
  error: unknown,
  context: { job: OpenPrJob; run: JobRun; fence: Fence; log: Logger },
): Promise<string> => {
  const { job, run, fence, log } = context;
  const verdict = judge(error, run, job, deps.clock.now());
  switch (verdict.kind) {
    case "stop":
      log.info(
        { event: "pr_open_proposal_no_longer_pending" },
        "the fence is lost: another run, or an operator, moved on",
      );
      return "no_longer_pending";
    case "again":
      log.warn({ err: error }, "the run ended early and will be made again");
      throw new Error("the run ended early; see the log of this request id");
    case "wait":
      log.info({ until: verdict.until, waiting_for: verdict.waitingFor }, "the attempt waits for GitHub");
      await waitUntil(deps, fence, job, verdict);
      return "waiting";
    case "failed": {
      const message = deps.redact(verdict.message).slice(0, MESSAGE_LENGTH_MAX).toWellFormed();
      log.error(
        { event: "pr_open_failed", error_code: verdict.code, reason: verdict.reason, err: error },
        message,
      );
      await deps.db.transaction().execute(async (trx) => {
        if (!(await recordFailure(trx, fence.proposalId, fence.run, { code: verdict.code, message }))) return;
        await appendEvent(trx, {
          proposalId: fence.proposalId,
          kind: "open_pr_failed",
          data: { attempt: job.attempt, code: verdict.code, reason: verdict.reason, message },
        });
      });
      return verdict.code;
    }
    default:
      throw new TypeError(`unknown verdict ${verdict satisfies never}`);
  }
};

const waitUntil = (
  deps: SettleDeps,
  fence: Fence,
  job: OpenPrJob,
  wait: { until: Date; waitingFor: string },
): Promise<void> =>
  deps.db.transaction().execute(async (trx) => {
    if (!(await markWaiting(trx, fence.proposalId, fence.run, wait.until))) return;
    const sequel: OpenPrJob = {
      ...job,
      sequel: job.sequel + 1,
      waits: job.waits + 1,
      first_wait_at: job.first_wait_at ?? new Date(deps.clock.now()).toISOString(),
    };
    await deps.queue.send(trx, sequel, wait.until);
    await appendEvent(trx, {
      proposalId: fence.proposalId,
      kind: "open_pr_waiting",
      data: { attempt: job.attempt, waiting_for: wait.waitingFor, next_at: wait.until.toISOString() },
    });
  });

/** The cluster moved to another config repo since the press: the same attempt goes on under that repo's key. */
export const requeue = (
  deps: SettleDeps,
  fence: Fence,
  job: OpenPrJob,
  configRepoId: string,
): Promise<void> =>
  deps.db.transaction().execute(async (trx) => {
    if (!(await markWaiting(trx, fence.proposalId, fence.run, null))) return;
    await deps.queue.send(trx, { ...job, config_repo_id: configRepoId, sequel: job.sequel + 1 });
    await appendEvent(trx, {
      proposalId: fence.proposalId,
      kind: "open_pr_requeued",
      data: { attempt: job.attempt, config_repo_id: configRepoId },
    });
  });
