import type { PgBoss, Queue as QueueSettings } from "pg-boss";
import { type Job, jobIdOf } from "../../src/queue/job-data.ts";
import type { JobQueue } from "../../src/queue/job-queue.ts";
import { ensureQueues, QUEUE_OF } from "../../src/queue/queues.ts";
import { aRun } from "../../test/support/job-run.ts";
import type { Handlers } from "./worker.ts";

/** Jobs of one cause: the first, and those that look again or wait. */
const SEQUELS_MAX = 20;

export interface Sent {
  job: Job;
  /** null: at once. */
  startAfter: Date | null;
}

/** The queue as its own settings make it, without a database and without waiting. */
export interface TorturedQueue extends Pick<JobQueue, "send"> {
  /** Forgets what was sent. */
  drain(): void;
  /**
   * Runs a job as often as the queue would while it fails, and then those that go on where it waits.
   * @throws what the last run of a job throws
   */
  run(job: Job, options: RunOptions): Promise<Ran>;
}

export interface RunOptions {
  handlers: Handlers;
  clock: { now(): number; advance(ms: number): void };
  /** Runs before this one, such as one that died. */
  retryCount?: number;
  /** The time of a job that waits has come. */
  onDue: (sent: Sent) => Promise<void>;
}

export interface Ran {
  /** Of the handler, in all. */
  runs: number;
  /** What waited, in order. */
  waits: { sent_ms: number; until_ms: number }[];
}

type Settings = Required<Pick<QueueSettings, "retryLimit" | "retryDelayMax">>;

export const createQueue = async (): Promise<TorturedQueue> => {
  const settings = await readSettings();
  const sent = new Map<string, Sent>();

  const runUntilDone = async (job: Job, options: RunOptions): Promise<number> => {
    const { retryLimit, retryDelayMax } = settings.get(QUEUE_OF[job.kind]) as Settings;
    const handle = options.handlers[job.kind] as (job: Job, run: ReturnType<typeof aRun>) => Promise<void>;
    const first = options.retryCount ?? 0;
    for (let retryCount = first; ; retryCount++) {
      const lastRun = retryCount >= retryLimit;
      try {
        await handle(job, aRun({ id: jobIdOf(job), retryCount, lastRun }));
        return retryCount - first + 1;
      } catch (error) {
        if (lastRun) throw error;
        options.clock.advance(retryDelayMax * 1_000);
      }
    }
  };

  return {
    send: async (_trx, job, startAfter) => {
      const id = jobIdOf(job);
      if (!sent.has(id)) sent.set(id, { job, startAfter: startAfter ?? null });
    },
    drain: () => sent.clear(),
    run: async (job, options) => {
      const { clock } = options;
      const waits: Ran["waits"] = [];
      let runs = 0;
      let retryCount = options.retryCount ?? 0;
      for (let next = job, sequels = 0; ; sequels++) {
        runs += await runUntilDone(next, { ...options, retryCount });
        const following = sent.get(jobIdOf({ ...next, sequel: next.sequel + 1 } as Job));
        if (following === undefined || sequels >= SEQUELS_MAX) return { runs, waits };
        const until_ms = following.startAfter?.getTime() ?? clock.now();
        waits.push({ sent_ms: clock.now(), until_ms });
        clock.advance(Math.max(0, until_ms - clock.now()));
        await options.onDue(following);
        next = following.job;
        retryCount = 0;
      }
    },
  };
};

/** What pg-boss is told when the service starts. */
const readSettings = async (): Promise<ReadonlyMap<string, Settings>> => {
  const settings = new Map<string, Settings>();
  const boss = {
    createQueue: async (name: string, { retryLimit = 0, retryDelayMax = 0 }: QueueSettings) =>
      void settings.set(name, { retryLimit, retryDelayMax }),
    updateQueue: async () => undefined,
  };
  await ensureQueues(boss as unknown as PgBoss);
  return settings;
};
