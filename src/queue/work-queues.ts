import type { JobWithMetadata, PgBoss } from "pg-boss";
import type { Logger } from "pino";
import type { Job, JobKind, JobOf } from "./job-data.ts";
import {
  AT_START,
  HEARTBEAT_REFRESH_SECONDS,
  JOB_QUEUES,
  OPEN_PR_QUEUE,
  SCHEDULE_NAMES,
  SCHEDULES,
  type ScheduleName,
} from "./queues.ts";
import { RunLost } from "./run-lost.ts";

const POLL_S = 1;
/** Jobs of GitHub's events have fewer hands each than what operators wait for. */
const EVENT_SHARE = 0.5;

/** One run of a job. */
export interface JobRun {
  id: string;
  retryCount: number;
  /** No run follows this one. */
  lastRun: boolean;
  /** Aborted when the process stops or another worker took the job over. */
  signal: AbortSignal;
  /** Asked before each write to GitHub or git: a process that was frozen may have lost the job. @throws RunLost */
  requireMine(): Promise<void>;
}

export interface JobHandlers {
  jobs: { [Kind in JobKind]: (job: JobOf<Kind>, run: JobRun) => Promise<void> };
  schedules: Record<ScheduleName, (signal: AbortSignal) => Promise<void>>;
}

interface Working {
  boss: PgBoss;
  handlers: JobHandlers;
  /** open_pr jobs at a time; each other queue has half of it. */
  concurrency: number;
  pollWithNotify_s: number;
  stopping: AbortSignal;
  log: Logger;
}

/** Starts handling every queue and every schedule. */
export const workQueues = async (working: Working): Promise<void> => {
  const { boss, concurrency } = working;
  for (const queue of JOB_QUEUES) {
    const slots = queue === OPEN_PR_QUEUE ? concurrency : Math.ceil(concurrency * EVENT_SHARE);
    for (let slot = 0; slot < slots; slot++) await workQueue(working, queue);
  }
  for (const name of SCHEDULE_NAMES) await workSchedule(working, name);
  for (const name of AT_START) await boss.send(name);
};

const workQueue = async (working: Working, queue: string): Promise<void> => {
  const { boss, pollWithNotify_s } = working;
  const workerId: string = await boss.work(
    queue,
    {
      includeMetadata: true,
      heartbeatRefreshSeconds: HEARTBEAT_REFRESH_SECONDS,
      pollingIntervalSeconds: POLL_S,
      notifyPollingIntervalSeconds: pollWithNotify_s,
    },
    // The next job of the key this one frees would otherwise wait for a poll.
    (batch: JobWithMetadata<Job>[]) =>
      runBatch(working, queue, batch).finally(() => boss.notifyWorker(workerId)),
  );
};

/** A run that is over is never active again under its number. */
const IS_RUNNING = `
  SELECT 1 FROM pgboss.job WHERE name = $1 AND id = $2 AND state = 'active' AND retry_count = $3`;

const isRunning = async (
  boss: PgBoss,
  { queue, id, retryCount }: { queue: string; id: string; retryCount: number },
): Promise<boolean> => (await boss.getDb().executeSql(IS_RUNNING, [queue, id, retryCount])).rows.length > 0;

const runBatch = async (
  { boss, handlers, stopping, log }: Working,
  queue: string,
  batch: JobWithMetadata<Job>[],
): Promise<void> => {
  for (const { id, data, retryCount, retryLimit, signal } of batch) {
    const run = {
      id,
      retryCount,
      lastRun: retryCount >= retryLimit,
      signal: AbortSignal.any([signal, stopping]),
      requireMine: async () => {
        if (!(await isRunning(boss, { queue, id, retryCount }))) throw new RunLost({ id, retryCount });
      },
    };
    const handle = handlers.jobs[data.kind] as (job: Job, run: JobRun) => Promise<void>;
    await withoutDetails(handle(data, run), log.child({ job: data.kind, request_id: data.request_id }));
  }
};

const workSchedule = async (
  { boss, handlers, stopping, log }: Working,
  name: ScheduleName,
): Promise<void> => {
  const options = { heartbeatRefreshSeconds: HEARTBEAT_REFRESH_SECONDS, pollingIntervalSeconds: POLL_S };
  await boss.work(name, options, async ([job]) => {
    if (job === undefined) return;
    const signal = AbortSignal.any([job.signal, stopping]);
    await withoutDetails(handlers.schedules[name](signal), log.child({ schedule: name }));
  });
  await boss.schedule(name, SCHEDULES[name]);
};

/** pg-boss stores what a job throws in a table, as it is; so it is given nothing but the fact. */
const withoutDetails = async (handled: Promise<void>, log: Logger): Promise<void> => {
  try {
    await handled;
  } catch (err) {
    log.warn({ err }, "the run ended early and will be made again");
    throw new Error("the run ended early; the log says why");
  }
};
