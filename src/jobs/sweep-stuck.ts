import type { Logger } from "pino";
import type { Clock } from "../clock.ts";
import type { Db } from "../db/connect.ts";
import { appendEvent } from "../db/events-store.ts";
import { listUncleaned } from "../db/heads-store.ts";
import { failAbandoned, listInFlight } from "../db/open-pr-store.ts";
import type { Metrics } from "../metrics.ts";
import { closePrJob } from "../queue/job-data.ts";
import type { JobQueue } from "../queue/job-queue.ts";

/** Of one sweep, of each kind; the rest is seen by the next one, a minute later. */
const PROPOSALS_MAX = 500;

/** As in `heads-store.ts`. */
const CLEAN_AGAIN_MS = 15 * 60_000;

const MESSAGE =
  "The job ended without a result, more often than it is run again. Whatever it left on GitHub is found by the next attempt: press again.";

export interface SweepDeps {
  db: Db;
  queue: Pick<JobQueue, "hasLiveJob" | "send">;
  clock: Clock;
  log: Logger;
  metrics: Pick<Metrics, "swept">;
}

/**
 * Sees to it that nothing stays stuck: proposals queued, running or waiting without a live job get a code, and what
 * rejected proposals left on GitHub is cleaned up again after a while when that failed.
 */
export const createSweepStuck = (deps: SweepDeps) => async (): Promise<void> => {
  for (const seen of await listInFlight(deps.db, PROPOSALS_MAX)) {
    if (!(await deps.queue.hasLiveJob(seen.id))) await giveUp(deps, seen);
  }
  // The same job while it waits in the queue, a new one after a while.
  const cause = `sweep ${Math.floor(deps.clock.now() / CLEAN_AGAIN_MS)}`;
  for (const left of await listUncleaned(deps.db, PROPOSALS_MAX)) {
    await deps.queue.send(deps.db, closePrJob({ ...left, actor: null, cause, request_id: cause }));
  }
};

const giveUp = async (
  { db, log, metrics }: SweepDeps,
  seen: Awaited<ReturnType<typeof listInFlight>>[number],
): Promise<void> => {
  await db.transaction().execute(async (trx) => {
    const failure = { code: "GITHUB_API_FAILED", message: MESSAGE } as const;
    if (!(await failAbandoned(trx, seen, failure))) return;
    metrics.swept.inc();
    const facts = { event: "pr_open_failed", error_code: failure.code, reason: "abandoned" };
    log.error({ ...facts, proposal_id: seen.id }, failure.message);
    const data = { attempt: seen.open_pr_attempt, code: failure.code, reason: "abandoned", message: MESSAGE };
    await appendEvent(trx, { proposalId: seen.id, kind: "open_pr_failed", data });
  });
};
