import type { Logger } from "pino";
import type { Clock } from "../clock.ts";
import type { Db } from "../db/connect.ts";
import { isDatabaseUnavailable } from "../db/db-errors.ts";
import { endDeliveryJob, failDelivery } from "../db/deliveries-store.ts";
import { AppError } from "../errors.ts";
import { RescheduleError } from "../github/github-errors.ts";
import type { Metrics } from "../metrics.ts";
import type { EventJob } from "../queue/event-jobs.ts";
import { jobIdOf, sequelOf } from "../queue/job-data.ts";
import type { JobQueue } from "../queue/job-queue.ts";
import { RunLost } from "../queue/run-lost.ts";
import type { JobRun } from "../queue/work-queues.ts";
import { judgeWait } from "./trouble-verdict.ts";

/** After a read that does not show yet what the event said: GitHub's API can lag behind its events. */
const LOOK_AGAIN_AFTER_MS = [2_000, 5_000, 15_000];

export interface EventJobDeps {
  db: Db;
  queue: Pick<JobQueue, "send">;
  clock: Clock;
  log: Logger;
  metrics: Pick<Metrics, "eventJobs" | "webhookAge">;
  redact: (text: string) => string;
}

/** `lagging`: GitHub does not show yet what the event said. What was read has been stored all the same. */
export type EventOutcome = "done" | "lagging";

export interface EventRun<T extends EventJob> {
  job: T;
  run: JobRun;
  log: Logger;
}

/**
 * What jobs that answer to events have in common: looking again while GitHub lags, waiting as GitHub asks, and the
 * status of the delivery they came from. `handle` may be run any number of times.
 */
export const createEventJob =
  <T extends EventJob>(deps: EventJobDeps, handle: (input: EventRun<T>) => Promise<EventOutcome>) =>
  async (job: T, run: JobRun): Promise<void> => {
    const { kind, request_id, delivery_id, cause } = job;
    const about = "proposal_id" in job ? { proposal_id: job.proposal_id } : {};
    const log = deps.log.child({ job: kind, request_id, delivery_id, cause, ...about });
    try {
      const outcome = await handle({ job, run, log });
      const wait_ms = outcome === "lagging" ? LOOK_AGAIN_AFTER_MS[job.looks] : undefined;
      if (wait_ms === undefined) await end(deps, job);
      else await lookAgain(deps, job, wait_ms);
      deps.metrics.eventJobs.inc({ job: kind, outcome: wait_ms === undefined ? "done" : "looks_again" });
    } catch (error) {
      deps.metrics.eventJobs.inc({ job: kind, outcome: await settle(deps, error, { job, run, log }) });
    }
  };

/** The job a delivery waits for: the first of those that looked again or waited. */
const originOf = (job: EventJob): string => jobIdOf({ ...job, sequel: 0 });

const end = async ({ db, metrics, clock }: EventJobDeps, job: EventJob): Promise<void> => {
  if (job.delivery_id === null) return;
  const receivedAt = await endDeliveryJob(db, job.delivery_id, originOf(job));
  if (receivedAt !== null) metrics.webhookAge.observe((clock.now() - receivedAt.getTime()) / 1_000);
};

const lookAgain = ({ db, queue, clock }: EventJobDeps, job: EventJob, wait_ms: number): Promise<void> => {
  const next = { ...job, sequel: job.sequel + 1, looks: job.looks + 1 };
  return queue.send(db, next, new Date(clock.now() + wait_ms));
};

/** @returns the outcome for the metrics. @throws when the queue shall run the job again */
const settle = async <T extends EventJob>(
  deps: EventJobDeps,
  error: unknown,
  { job, run, log }: EventRun<T>,
): Promise<string> => {
  if (error instanceof RunLost) {
    log.info("another worker has the job by now");
    return "lost";
  }
  if (error instanceof RescheduleError) {
    const verdict = judgeWait(error, job, deps.clock.now());
    if (verdict.kind === "wait") {
      log.info({ until: verdict.until, waiting_for: verdict.waitingFor }, "the job waits for GitHub");
      await deps.queue.send(deps.db, sequelOf(job, deps.clock.now()), verdict.until);
      return "waits";
    }
    return giveUp(deps, error, { job, run, log });
  }
  if (error instanceof AppError && error.code === "GITHUB_NOT_CONFIGURED") {
    // Nothing is to be seen there until somebody acts, and then an event or the hourly look brings the truth.
    log.info({ reason: error.reason }, "the job ends without access to GitHub");
    await end(deps, job);
    return "no_access";
  }
  if (!run.lastRun || run.signal.aborted || isDatabaseUnavailable(error)) throw error;
  return giveUp(deps, error, { job, run, log });
};

const giveUp = async <T extends EventJob>(
  deps: EventJobDeps,
  error: unknown,
  { job, log }: EventRun<T>,
): Promise<string> => {
  log.error(
    { event: "event_job_failed", err: error },
    "the job gave up; the next look at GitHub makes up for it",
  );
  if (job.delivery_id !== null) {
    const text = deps.redact(error instanceof Error ? error.message : String(error));
    await failDelivery(deps.db, job.delivery_id, originOf(job), text);
  }
  return "failed";
};
