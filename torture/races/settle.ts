import { setTimeout as sleep } from "node:timers/promises";
import { sql } from "kysely";
import type { ScheduleName } from "../../src/queue/queues.ts";
import { JOB_QUEUES, SCHEDULE_NAMES } from "../../src/queue/queues.ts";
import type { TestService } from "../../test/support/start-service.ts";
import type { Owners } from "./owners.ts";
import { lastSeq } from "./standing.ts";

/** What one of them finds may be what another one waits for, so they take turns until nothing changes. */
const MAKE_UP: readonly ScheduleName[] = [
  "sync_installations",
  "redeliver_failed",
  "reconcile_pulls",
  "sweep_stuck_proposals",
];
/** What is installed again is told of in no feed, and only then what is there can be read. */
const QUIET_ROUNDS = 2;
const ROUNDS_MAX = 10;
const IDLE_TIMEOUT_MS = 60_000;
const POLL_MS = 50;

type Settling = Pick<TestService, "sandbox" | "db">;

interface Unfinished {
  name: string;
  state: string;
  data: unknown;
}

/** Jobs that are waiting or running; a schedule's next turn is none. */
export const unfinishedJobs = async (db: TestService["db"]): Promise<Unfinished[]> => {
  const { rows } = await sql<Unfinished>`SELECT name, state, data FROM pgboss.job
    WHERE state IN ('created', 'retry', 'active')
      AND (name = ANY(${JOB_QUEUES}) OR (name = ANY(${[...SCHEDULE_NAMES]}) AND state = 'active'))`.execute(
    db,
  );
  return rows;
};

/** What waits for a time that will come anyway is taken now: the next look of a job that found GitHub lagging, say. */
const hurry = async (db: TestService["db"]): Promise<void> => {
  await sql`UPDATE pgboss.job SET start_after = now()
    WHERE state IN ('created', 'retry') AND start_after > now() AND name = ANY(${JOB_QUEUES})`.execute(db);
  await sql`UPDATE proposals SET open_pr_next_at = now() WHERE open_pr_state = 'waiting'`.execute(db);
};

/**
 * Waits until nothing is delivered and no job is left.
 * @throws Error with what is left when that takes too long
 */
export const untilIdle = async ({ sandbox, db }: Settling, signal: AbortSignal): Promise<void> => {
  const deadline_ms = performance.now() + IDLE_TIMEOUT_MS;
  for (;;) {
    await sandbox.hooks.idle();
    await hurry(db);
    const left = await unfinishedJobs(db);
    if (left.length === 0) return;
    if (performance.now() > deadline_ms) {
      throw new Error(`${left.length} jobs never end: ${JSON.stringify(left.slice(0, 3))}`);
    }
    await sleep(POLL_MS, undefined, { signal });
  }
};

/**
 * Nobody reads the pull requests of rejected proposals by the clock, so an event of theirs that was lost is made up for by
 * the next one alone.
 */
const speakOfRejected = async ({ sandbox, db }: Settling): Promise<void> => {
  const rows = await db
    .selectFrom("proposals")
    .innerJoin("config_repos", "config_repos.id", "proposals.pr_config_repo_id")
    .select(["config_repos.github_repo_id", "proposals.pr_number"])
    .where("proposals.status", "=", "rejected")
    .where("proposals.pr_number", "is not", null)
    .execute();
  for (const { github_repo_id, pr_number } of rows) {
    if (pr_number === null) continue;
    // Another title each time: what is the same is no event.
    const title = `Still rejected at ${await lastSeq(db)}`;
    await sandbox.editPull(github_repo_id, pr_number, { title });
  }
};

/**
 * Lets everything go right again, makes up for what went wrong, and waits until nothing changes any more.
 * @returns what never came to rest, if so
 */
export const settle = async (
  service: Settling,
  owners: Pick<Owners, "allowAll">,
  takeTurn: (name: ScheduleName) => Promise<void>,
  signal: AbortSignal,
): Promise<string[]> => {
  service.sandbox.faults.clear();
  service.sandbox.hooks.clearRules();
  await owners.allowAll();
  let before = -1;
  let quiet = 0;
  try {
    for (let round = 0; round < ROUNDS_MAX; round++) {
      await untilIdle(service, signal);
      const now = await lastSeq(service.db);
      quiet = now === before ? quiet + 1 : 0;
      if (quiet === QUIET_ROUNDS) return [];
      before = now;
      await speakOfRejected(service);
      await Promise.all(MAKE_UP.map(takeTurn));
    }
  } catch (error) {
    return [`it does not come to rest: ${error}`];
  }
  return [`after ${ROUNDS_MAX} rounds of all schedules the feed still grows`];
};
