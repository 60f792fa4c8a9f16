import { setTimeout as sleep } from "node:timers/promises";
import { PgBoss } from "pg-boss";
import type { ScheduleName } from "../../src/queue/queues.ts";

const TURN_TIMEOUT_MS = 30_000;
const POLL_MS = 50;

/** Takes a schedule's turn now, instead of waiting for the clock, and waits until a worker has done it. */
export const takeTurn = async (databaseUrl: string, name: ScheduleName): Promise<void> => {
  const boss = new PgBoss({
    connectionString: databaseUrl,
    supervise: false,
    schedule: false,
    migrate: false,
    registerInstance: false,
  });
  boss.on("error", () => undefined);
  await boss.start();
  try {
    // One that is under way began too early.
    const id = await until(`${name} to be free`, () => boss.send(name));
    await until(`${name} to be done`, async () => {
      const state = (await boss.findJobs(name, { id }))[0]?.state;
      return state === "completed" ? state : null;
    });
  } finally {
    await boss.stop({ graceful: false });
  }
};

/** Asks again until there is an answer. */
const until = async <T>(what: string, ask: () => Promise<T | null>): Promise<T> => {
  const deadline_ms = performance.now() + TURN_TIMEOUT_MS;
  for (;;) {
    const answer = await ask();
    if (answer !== null) return answer;
    if (performance.now() > deadline_ms) throw new Error(`waited in vain for ${what}`);
    await sleep(POLL_MS);
  }
};
