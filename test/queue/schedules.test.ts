import { sql } from "kysely";
import { describe, expect, it } from "vitest";
import type { JobHandlers } from "../../src/queue/work-queues.ts";
import { handlersFor, useQueueBench } from "./queue-bench.ts";

const bench = useQueueBench();
const NAME = "sync_installations";

const handlersOf = (takeTurn: () => Promise<void>): JobHandlers => {
  const handlers = handlersFor(() => Promise.reject(new Error("nobody sent a job")));
  return { ...handlers, schedules: { ...handlers.schedules, [NAME]: takeTurn } };
};
const states = async () => {
  const query = sql<{ state: string }>`SELECT state FROM pgboss.job WHERE name = ${NAME} ORDER BY created_on`;
  return (await query.execute(bench.db)).rows.map(({ state }) => state);
};
/** Runs that wait for their time have it now. */
const fastForward = () =>
  sql`UPDATE pgboss.job SET start_after = now() WHERE name = ${NAME} AND state = 'retry'`.execute(bench.db);

describe("a schedule's turn", () => {
  it("whose worker died is taken by the next one that starts: the dead one holds up nothing", async () => {
    const [one, other] = [await bench.open(), await bench.open()];
    await one.runNow(NAME);
    await sql`
      UPDATE pgboss.job SET state = 'active', started_on = now() - interval '20 s', heartbeat_on = now() - interval '20 s'
      WHERE name = ${NAME}`.execute(bench.db);
    let turns = 0;
    await other.work(
      handlersOf(async () => void turns++),
      1,
    );
    const taken = async () => {
      await fastForward();
      return turns;
    };
    await expect.poll(taken).toBe(1);
    await expect.poll(states).toContain("completed");
  });

  it("that fails is taken again, three times in all, and never twice at a time", async () => {
    const queue = await bench.open();
    let turns = 0;
    await queue.work(
      handlersOf(() => {
        turns += 1;
        return Promise.reject(new Error("GitHub is away"));
      }),
      1,
    );
    await expect.poll(states).toEqual(["retry"]);
    await queue.runNow(NAME);
    expect(await states()).toEqual(["retry"]);
    const settled = async () => {
      await fastForward();
      return states();
    };
    await expect.poll(settled).toEqual(["failed"]);
    expect(turns).toBe(3);
  });
});
