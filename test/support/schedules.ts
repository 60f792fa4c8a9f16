import { PgBoss } from "pg-boss";
import { expect } from "vitest";
import type { ScheduleName } from "../../src/queue/queues.ts";

const TURN_TIMEOUT_MS = 30_000;

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
    let id: string | null = null;
    const deadline_ms = performance.now() + TURN_TIMEOUT_MS;
    while (id === null && performance.now() < deadline_ms) id = await boss.send(name);
    if (id === null) throw new Error(`${name} is never free`);
    const job = id;
    await expect
      .poll(async () => (await boss.findJobs(name, { id: job }))[0]?.state, {
        timeout: TURN_TIMEOUT_MS,
        interval: 50,
      })
      .toBe("completed");
  } finally {
    await boss.stop({ graceful: false });
  }
};
