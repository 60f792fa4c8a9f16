import { setTimeout as delay } from "node:timers/promises";
import { inspect } from "node:util";
import { sql } from "kysely";
import type { Trial } from "../part.ts";
import type { LeakWorld } from "./leak-world.ts";
import type { Provocation, ProvocationNeed } from "./provocations/provocation.ts";

/** As many as a worker does jobs at a time. */
const AT_A_TIME = 8;
const SETTLE_POLL_MS = 250;
/** Jobs whose requests go on failing give up in that time; the short form does not wait for all of them. */
const SETTLE_TIMEOUT_MS = { short: 2_000, full: 10_000 };

/**
 * Lets it all happen, as much as can side by side: one half while GitHub gives out tokens of the short form, the other with
 * those of the long one.
 * @returns what did not come about
 */
export const provoke = async (
  world: LeakWorld,
  chosen: readonly Provocation[],
  { size, note, signal }: Pick<Trial, "size" | "note" | "signal">,
): Promise<string[]> => {
  const failures: string[] = [];
  const run = async (provocation: Provocation) => {
    if (signal.aborted) return;
    try {
      await provocation.run(world);
    } catch (error) {
      failures.push(`did not come about: ${provocation.name}: ${inspect(error, { breakLength: Infinity })}`);
    }
  };
  const inTurn = async (need: ProvocationNeed) => {
    for (const provocation of chosen.filter(({ needs }) => needs === need)) {
      note(provocation.name);
      await run(provocation);
    }
  };

  const together = chosen.filter(({ needs }) => needs === undefined || needs === "process");
  const half = Math.ceil(together.length / 2);
  for (const [isLong, some] of [
    [false, together.slice(0, half)],
    [true, together.slice(half)],
  ] as const) {
    note(`${some.length} side by side, with ${isLong ? "long" : "short"} tokens`);
    await world.sandbox.useStatelessTokens(isLong);
    await eachOf(some, run);
  }
  await inTurn("quiet");
  await inTurn("worker");
  note("waiting for what they began");
  await settled(world, SETTLE_TIMEOUT_MS[size]);
  return failures;
};

const eachOf = async (
  all: readonly Provocation[],
  run: (one: Provocation) => Promise<void>,
): Promise<void> => {
  const left = [...all];
  const takeTurns = async () => {
    for (let next = left.shift(); next !== undefined; next = left.shift()) await run(next);
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, takeTurns));
};

/** What GitHub tells has been told, and what the queue holds has been done, or there is no more time for it. */
const settled = async ({ sandbox, db }: LeakWorld, timeout_ms: number): Promise<void> => {
  await sandbox.hooks.idle();
  const deadline_ms = performance.now() + timeout_ms;
  while (performance.now() < deadline_ms) {
    const { rows } = await sql`
      SELECT FROM pgboss.job
      WHERE state IN ('created', 'retry', 'active') AND start_after <= now() AND name NOT LIKE '\\_\\_%' LIMIT 1
      `.execute(db);
    if (rows.length === 0) return;
    await delay(SETTLE_POLL_MS);
  }
};
