import { fromKysely, type JobWithMetadata, PgBoss } from "pg-boss";
import type { Logger } from "pino";
import type { Connection, Db } from "../db/connect.ts";
import { isDatabaseUnavailable } from "../db/db-errors.ts";
import { AppError } from "../errors.ts";
import { type ConfigRepoJob, jobIdOf } from "./job-data.ts";
import { HEARTBEAT_REFRESH_SECONDS, OPEN_PR_QUEUE, SWEEP_QUEUE } from "./queues.ts";

const POLL_S = 1;
/** A dead worker's job is found by the monitor at most this long after its heartbeat ran out. */
const MONITOR_S = 1;
/** For running jobs to end by themselves once a stop has aborted them. */
const HAND_BACK_MS = 2_000;
const POOL_CONNECTIONS_MAX = 6;
const SWEEP_CRON = "* * * * *";

export interface QueueLimits {
  /** NOTIFY wakes a worker when a job is sent; this bounds the wait when another process frees a key. */
  pollWithNotify_s: number;
  /** For running jobs to finish before a stop aborts them. */
  stopGrace_ms: number;
}

const LIMITS: QueueLimits = { pollWithNotify_s: 2, stopGrace_ms: 18_000 };

const COUNT_JOBS = `
  SELECT queue.name,
    (count(*) FILTER (WHERE job.state IN ('created', 'retry')))::int AS waiting,
    (count(*) FILTER (WHERE job.state = 'active'))::int AS active,
    (count(*) FILTER (WHERE job.state = 'failed'))::int AS failed,
    coalesce(extract(epoch FROM now() - min(job.start_after)
      FILTER (WHERE job.state IN ('created', 'retry') AND job.start_after <= now())), 0)::float8 AS "oldestWaiting_s"
  FROM pgboss.queue LEFT JOIN pgboss.job ON job.name = queue.name
  WHERE queue.name = ANY($1) GROUP BY queue.name ORDER BY queue.name`;

/** One run of a job. */
export interface JobRun {
  id: string;
  retryCount: number;
  /** No run follows this one. */
  lastRun: boolean;
  /** Aborted when the process stops or another worker took the job over. */
  signal: AbortSignal;
}

export interface JobHandlers {
  configRepoJob(job: ConfigRepoJob, run: JobRun): Promise<void>;
  sweep(): Promise<void>;
}

export interface QueueDepth {
  name: string;
  waiting: number;
  active: number;
  failed: number;
  oldestWaiting_s: number;
}

export interface JobQueue {
  /** Enqueues in the caller's transaction; a job that exists already is left alone. @throws AppError QUEUE_UNAVAILABLE */
  send(trx: Db, job: ConfigRepoJob, startAfter?: Date): Promise<void>;
  /** Whether a job of this proposal's attempt is waiting or running. */
  hasLiveJob(proposalId: string): Promise<boolean>;
  depths(): Promise<QueueDepth[]>;
  /** Starts handling jobs, `concurrency` at a time. */
  work(handlers: JobHandlers, concurrency: number): Promise<void>;
  /** Safe to call twice. Lets running jobs finish for up to 20 s, then hands them back to the queue. */
  stop(): Promise<void>;
}

/**
 * Opens pg-boss over the same database. `supervise` processes (workers) look after heartbeats and schedules;
 * others only send.
 */
export const openJobQueue = async (options: {
  connection: Connection;
  supervise: boolean;
  log: Logger;
  /** For tests, which cannot wait as long as a job may take. */
  limits?: Partial<QueueLimits>;
}): Promise<JobQueue> => {
  const { connection, supervise, log } = options;
  const { pollWithNotify_s, stopGrace_ms } = { ...LIMITS, ...options.limits };
  const boss = new PgBoss({
    connectionString: connection.connectionString,
    application_name: "relyloop-queue",
    max: POOL_CONNECTIONS_MAX,
    migrate: false,
    supervise,
    schedule: supervise,
    useListenNotify: supervise,
    superviseIntervalSeconds: MONITOR_S,
    monitorIntervalSeconds: MONITOR_S,
    registerInstance: false,
    openTelemetry: { enabled: false },
  });
  boss.on("error", (error) => log.warn({ err: error }, "the job queue met an error and goes on"));
  boss.on("warning", (warning) => log.debug({ warning }, "job queue warning"));
  await boss.start();
  const stopping = new AbortController();
  let stopped: Promise<void> | undefined;
  const stop = async () => {
    const giveUp = setTimeout(() => stopping.abort(new Error("the process is stopping")), stopGrace_ms);
    try {
      await boss.stop({ graceful: true, timeout: stopGrace_ms + HAND_BACK_MS });
    } finally {
      clearTimeout(giveUp);
    }
  };

  return {
    send: async (trx, job, startAfter) => {
      try {
        await boss.send(OPEN_PR_QUEUE, job, {
          id: jobIdOf(job),
          singletonKey: job.config_repo_id,
          db: fromKysely(trx),
          ...(startAfter && { startAfter }),
        });
      } catch (error) {
        if (isDatabaseUnavailable(error)) throw error;
        throw new AppError(
          "QUEUE_UNAVAILABLE",
          "The job queue did not take the job, and nothing was changed. Try again; if it stays so, see docs/operations.md.",
          { cause: error },
        );
      }
    },

    hasLiveJob: async (proposalId) => {
      const jobs = await boss.findJobs<ConfigRepoJob>(OPEN_PR_QUEUE, {
        data: { kind: "open_pr", proposal_id: proposalId },
      });
      return jobs.some((job) => job.state === "created" || job.state === "retry" || job.state === "active");
    },

    // pg-boss' own counts stand still while no worker is there to take them, which is when they matter.
    depths: async () => {
      const { rows } = await boss.getDb().executeSql(COUNT_JOBS, [[OPEN_PR_QUEUE, SWEEP_QUEUE]]);
      return rows as QueueDepth[];
    },

    work: async (handlers, concurrency) => {
      const run = async (batch: JobWithMetadata<ConfigRepoJob>[]) => {
        for (const job of batch) {
          const { request_id, proposal_id } = job.data;
          const handled = handlers.configRepoJob(job.data, {
            id: job.id,
            retryCount: job.retryCount,
            lastRun: job.retryCount >= job.retryLimit,
            signal: AbortSignal.any([job.signal, stopping.signal]),
          });
          await withoutDetails(handled, log.child({ request_id, proposal_id }));
        }
      };
      for (let slot = 0; slot < concurrency; slot++) {
        const workerId: string = await boss.work(
          OPEN_PR_QUEUE,
          {
            includeMetadata: true,
            heartbeatRefreshSeconds: HEARTBEAT_REFRESH_SECONDS,
            pollingIntervalSeconds: POLL_S,
            notifyPollingIntervalSeconds: pollWithNotify_s,
          },
          // The next job of the key this one frees would otherwise wait for a poll.
          (batch: JobWithMetadata<ConfigRepoJob>[]) => run(batch).finally(() => boss.notifyWorker(workerId)),
        );
      }
      await boss.work(SWEEP_QUEUE, { pollingIntervalSeconds: POLL_S }, () =>
        withoutDetails(handlers.sweep(), log),
      );
      await boss.schedule(SWEEP_QUEUE, SWEEP_CRON);
    },

    stop: () => {
      stopped ??= stop();
      return stopped;
    },
  };
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
