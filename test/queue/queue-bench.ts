import { sql } from "kysely";
import { pino } from "pino";
import { v7 as uuidv7 } from "uuid";
import { afterEach, beforeEach, expect } from "vitest";
import { connect, type Db } from "../../src/db/connect.ts";
import { type ConfigRepoJob, jobIdOf } from "../../src/queue/job-data.ts";
import { type JobQueue, openJobQueue, type QueueLimits } from "../../src/queue/job-queue.ts";
import { SCHEDULE_NAMES, type ScheduleName } from "../../src/queue/queues.ts";
import type { JobHandlers, JobRun } from "../../src/queue/work-queues.ts";
import { createTestDatabase } from "../support/postgres.ts";

export interface QueueBench {
  readonly db: Db;
  /** As one process has it; stopped after the test, without grace. */
  open(limits?: Partial<QueueLimits>): Promise<JobQueue>;
  /** In a transaction of its own. */
  send(queue: JobQueue, job: ConfigRepoJob, startAfter?: Date): Promise<void>;
  /** In the order they were sent. */
  jobsInTable(): Promise<{ state: string; retry_count: number }[]>;
}

/** A new database, with pg-boss in it, for each test. */
export const useQueueBench = (): QueueBench => {
  let closing = new AsyncDisposableStack();
  let url = "";
  let db: Db | undefined;
  const here = (): Db => {
    if (db === undefined) throw new Error("the database is opened before the first test");
    return db;
  };
  beforeEach(async () => {
    closing = new AsyncDisposableStack();
    const database = await createTestDatabase();
    closing.defer(() => database.drop());
    const opened = connect({ connectionString: database.url }, () => undefined);
    closing.defer(() => opened.db.destroy());
    ({ db } = opened);
    ({ url } = database);
  });
  afterEach(() => closing.disposeAsync());

  return {
    get db() {
      return here();
    },
    open: async (limits = {}) => {
      const queue = await openJobQueue({
        connection: { connectionString: url },
        supervise: true,
        log: pino({ level: "silent" }),
        limits: { stopGrace_ms: 0, ...limits },
      });
      closing.defer(() => queue.stop());
      return queue;
    },
    send: (queue, job, startAfter) =>
      here()
        .transaction()
        .execute((trx) => queue.send(trx, job, startAfter)),
    jobsInTable: async () => {
      const query = sql<{ state: string; retry_count: number }>`
        SELECT state, retry_count FROM pgboss.job WHERE name = 'open_pr' ORDER BY created_on`;
      return (await query.execute(here())).rows;
    },
  };
};

export const jobFor = (config_repo_id: string, proposal_id = uuidv7()): ConfigRepoJob => ({
  kind: "open_pr",
  proposal_id,
  attempt: 1,
  config_repo_id,
  actor: { token: "ui", person: null },
  requested_at: "2026-11-22T12:00:00.000Z",
  request_id: "r",
  sequel: 0,
  waits: 0,
  first_wait_at: null,
});

export interface Seen {
  run: JobRun;
  /** Which process. */
  by: string;
  finish(): void;
}

export interface Ended {
  proposal_id: string;
  /** While it still ran: pg-boss aborts the signal of every job that has ended. */
  aborted: boolean;
}

/** Handlers for one kind of work; any other is a mistake. */
export const handlersFor = (onOpenPr: (job: ConfigRepoJob, run: JobRun) => Promise<void>): JobHandlers => {
  const unexpected = (job: { kind: string }) => Promise.reject(new Error(`nobody sent a ${job.kind}`));
  const schedules = Object.fromEntries(SCHEDULE_NAMES.map((name) => [name, async () => undefined]));
  return {
    jobs: {
      open_pr: onOpenPr,
      close_pr: onOpenPr,
      mirror_pr: unexpected,
      refresh_check: unexpected,
      run_command: unexpected,
      tidy_comments: unexpected,
      sync_installation: unexpected,
    },
    schedules: schedules as Record<ScheduleName, () => Promise<void>>,
  };
};

/** Handlers that hold every job until it is finished by hand, or aborted. */
export const createHands = () => {
  const seen: Seen[] = [];
  const ended: Ended[] = [];
  const handlersOf = (by: string): JobHandlers =>
    handlersFor(async (job, run) => {
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      run.signal.addEventListener("abort", () => reject(run.signal.reason));
      seen.push({ run, by, finish: resolve });
      await promise;
      ended.push({ proposal_id: job.proposal_id, aborted: run.signal.aborted });
    });
  /** Waits until a process has begun the job. */
  const started = async (job: ConfigRepoJob, retryCount = 0): Promise<Seen> => {
    const find = () => seen.find(({ run }) => run.id === jobIdOf(job) && run.retryCount === retryCount);
    await expect.poll(find, { interval: 10 }).toBeDefined();
    return find() as Seen;
  };
  return { seen, ended, handlersOf, started };
};
