import type { Logger } from "pino";
import type { Clock } from "../clock.ts";
import type { Db } from "../db/connect.ts";
import { addMissingMirrors, countReconciled, listDue, moveDue } from "../db/pull-mirrors-store.ts";
import { mirrorPrJob } from "../queue/event-jobs.ts";
import type { JobQueue } from "../queue/job-queue.ts";
import { reconciliationCause } from "./mirror-pr/reconciliation.ts";

/** How often the schedule gives a turn. */
const TURN_MS = 60_000;
/** Of one turn: so many jobs are made in one transaction without holding anybody up. */
const PULLS_PER_TURN_MAX = 2_000;
/** So few at once are no burst: after a downtime of a small service the first turn brings the truth. */
const PULLS_PER_TURN_MIN = 20;
/** More than an even share, so that a missed turn is made up for, and all are read within one interval. */
const HEADROOM = 1.25;
/** The next time, in parts of the interval: early enough for the turn before it ends, so that none is late by a turn. */
const NEXT_AFTER = 0.85;
/** Up to this part is added by chance, so that what was made due together drifts apart. */
const JITTER = 0.1;

export interface ReconcilePullsDeps {
  db: Db;
  queue: Pick<JobQueue, "sendMany">;
  clock: Pick<Clock, "now">;
  /** A number from 0 up to 1, such as Math.random. */
  random: () => number;
  /** PR_POLL_MINUTES. */
  pollMinutes: number;
  /** A turn may ask for so many however few its share is. */
  pullsPerTurn_min?: number;
  log: Logger;
}

/**
 * One turn of the schedule that makes up for lost events: asks for a read of the opened pull requests that are due, no
 * more than an even share of all, or a few. So each is read every PR_POLL_MINUTES, and after a downtime all within that time,
 * without a burst.
 */
export const createReconcilePulls =
  ({ db, queue, clock, random, pollMinutes, log, ...limits }: ReconcilePullsDeps) =>
  async (signal: AbortSignal): Promise<void> => {
    await addMissingMirrors(db);
    const now_ms = clock.now();
    const interval_ms = pollMinutes * TURN_MS;
    const open = await countReconciled(db);
    const share_min = limits.pullsPerTurn_min ?? PULLS_PER_TURN_MIN;
    const share = Math.min(
      Math.max(Math.ceil((open / pollMinutes) * HEADROOM), share_min),
      PULLS_PER_TURN_MAX,
    );
    signal.throwIfAborted();
    const cause = reconciliationCause(now_ms);
    const sent = await db.transaction().execute(async (trx) => {
      const due = await listDue(trx, new Date(now_ms), share);
      const asked = { delivery_id: null, asked_at: new Date(now_ms).toISOString(), request_id: cause };
      const jobs = due.map((proposal_id) => mirrorPrJob({ proposal_id, cause, said: null, ...asked }));
      if (jobs.length === 0) return 0;
      await queue.sendMany(trx, jobs);
      const next = () => new Date(now_ms + interval_ms * (NEXT_AFTER + JITTER * random()));
      await moveDue(
        trx,
        due.map((proposalId) => ({ proposalId, dueAt: next() })),
      );
      return jobs.length;
    });
    log.debug({ open, sent }, "pull requests are read again");
  };
