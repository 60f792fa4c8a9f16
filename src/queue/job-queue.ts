import { fromKysely, type JobInsert, PgBoss } from "pg-boss";
import type { Logger } from "pino";
import { type Connection, type Db, type Executor, QUERY_TIMEOUT_MS } from "../db/connect.ts";
import { isDatabaseUnavailable, isUndoneForOthers } from "../db/db-errors.ts";
import { AppError } from "../errors.ts";
import { type Job, jobIdOf, jobKeyOf, type OpenPrJob } from "./job-data.ts";
import { JOB_QUEUES, OPEN_PR_QUEUE, QUEUE_OF, SCHEDULE_NAMES, type ScheduleName } from "./queues.ts";
import { type JobHandlers, workQueues } from "./work-queues.ts";

/** A dead worker's job is found by the monitor at most this long after its heartbeat ran out. */
const MONITOR_S = 1;
/** For running jobs to end by themselves once a stop has aborted them. */
const HAND_BACK_MS = 2_000;
const POOL_CONNECTIONS_MAX = 6;

export interface QueueLimits {
  /** NOTIFY wakes a worker when a job is sent; this bounds the wait when another process frees a key. */
  pollWithNotify_s: number;
  /** For running jobs to finish before a stop aborts them. */
  stopGrace_ms: number;
  /** For an answer of the database. Who asks a server that vanished would wait for as long as nobody says so. */
  queryTimeout_ms: number;
}

const LIMITS: QueueLimits = { pollWithNotify_s: 2, stopGrace_ms: 18_000, queryTimeout_ms: QUERY_TIMEOUT_MS };

const COUNT_JOBS = `
  SELECT queue.name,
    (count(*) FILTER (WHERE job.state IN ('created', 'retry')))::int AS waiting,
    (count(*) FILTER (WHERE job.state = 'active'))::int AS active,
    (count(*) FILTER (WHERE job.state = 'failed'))::int AS failed,
    coalesce(extract(epoch FROM now() - min(job.start_after)
      FILTER (WHERE job.state IN ('created', 'retry') AND job.start_after <= now())), 0)::float8 AS "oldestWaiting_s"
  FROM pgboss.queue LEFT JOIN pgboss.job ON job.name = queue.name
  WHERE queue.name = ANY($1) GROUP BY queue.name ORDER BY queue.name`;

const LIVE_ORIGINS = `
  SELECT DISTINCT data->>'delivery_id' AS id FROM pgboss.job
  WHERE name = ANY($1) AND state IN ('created', 'retry', 'active') AND data->>'delivery_id' = ANY($2::text[])`;

export interface QueueDepth {
  name: string;
  waiting: number;
  active: number;
  failed: number;
  oldestWaiting_s: number;
}

export interface JobQueue {
  /** Enqueues in the caller's transaction; a job that exists already is left alone. @throws AppError QUEUE_UNAVAILABLE */
  send(trx: Executor, job: Job, startAfter?: Date): Promise<void>;
  /** The same for many at once. */
  sendMany(trx: Executor, jobs: readonly Job[]): Promise<void>;
  /** Takes a schedule's turn now; while one is waiting or running nothing is added. */
  runNow(name: ScheduleName): Promise<void>;
  /** Whether a job of this proposal's attempt is waiting or running. */
  hasLiveJob(proposalId: string): Promise<boolean>;
  /** Of these deliveries, the ones for which a job is waiting or running. */
  deliveriesWithJobs(deliveryIds: readonly string[]): Promise<Set<string>>;
  depths(): Promise<QueueDepth[]>;
  /** Starts handling jobs: `concurrency` of open_pr at a time, half as many of each other kind. */
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
  const { pollWithNotify_s, stopGrace_ms, queryTimeout_ms } = { ...LIMITS, ...options.limits };
  // pg-boss hands it on to its pool, where a connection whose query failed is closed.
  const forThePool = { query_timeout: queryTimeout_ms };
  const boss = new PgBoss({
    connectionString: connection.connectionString,
    application_name: "relyloop-queue",
    max: POOL_CONNECTIONS_MAX,
    ...forThePool,
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
  const read = async <T>(sql: string, values: unknown[]) =>
    (await boss.getDb().executeSql(sql, values)).rows as T[];

  return {
    send: (trx, job, startAfter) => insertJobs(boss, trx, [job], startAfter),
    sendMany: (trx, jobs) => insertJobs(boss, trx, jobs),
    runNow: async (name) => void (await boss.send(name)),

    hasLiveJob: async (proposalId) => {
      const jobs = await boss.findJobs<OpenPrJob>(OPEN_PR_QUEUE, {
        data: { kind: "open_pr", proposal_id: proposalId },
      });
      return jobs.some((job) => job.state === "created" || job.state === "retry" || job.state === "active");
    },

    deliveriesWithJobs: async (deliveryIds) => {
      const rows = await read<{ id: string }>(LIVE_ORIGINS, [JOB_QUEUES, deliveryIds]);
      return new Set(rows.map(({ id }) => id));
    },

    // pg-boss' own counts stand still while no worker is there to take them, which is when they matter.
    depths: () => read<QueueDepth>(COUNT_JOBS, [[...JOB_QUEUES, ...SCHEDULE_NAMES]]),

    work: (handlers, concurrency) =>
      workQueues({ boss, handlers, concurrency, pollWithNotify_s, stopping: stopping.signal, log }),

    stop: () => {
      stopped ??= stop();
      return stopped;
    },
  };
};

/** One statement for each queue; the ids make a repetition harmless. */
const insertJobs = async (
  boss: PgBoss,
  trx: Executor,
  jobs: readonly Job[],
  startAfter?: Date,
): Promise<void> => {
  const byQueue = new Map<string, Map<string, JobInsert<Job>>>();
  for (const job of jobs) {
    const queue = QUEUE_OF[job.kind];
    const id = jobIdOf(job);
    const insert = { id, data: job, singletonKey: jobKeyOf(job), ...(startAfter && { startAfter }) };
    byQueue.set(queue, (byQueue.get(queue) ?? new Map()).set(id, insert));
  }
  try {
    for (const [queue, inserts] of byQueue) {
      await boss.insert(queue, [...inserts.values()], { db: fromKysely(trx as Db) });
    }
  } catch (error) {
    if (isDatabaseUnavailable(error) || isUndoneForOthers(error)) throw error;
    throw new AppError(
      "QUEUE_UNAVAILABLE",
      "The job queue did not take the job, and nothing was changed. Try again; if it stays so, see docs/operations.md.",
      { cause: error },
    );
  }
};
