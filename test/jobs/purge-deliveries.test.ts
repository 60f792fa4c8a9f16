import { describe, expect, it } from "vitest";
import { createPurgeDeliveries } from "../../src/jobs/purge-deliveries.ts";
import { useStore } from "../db/store-fixtures.ts";
import { createFakeClock } from "../support/fake-clock.ts";
import { silentLog } from "../support/github-fixture.ts";

const store = useStore();

const add = (count: number, receivedAt: string) =>
  store.pool.query(
    `INSERT INTO webhook_deliveries (delivery_id, event, body_sha256, received_at)
     SELECT gen_random_uuid(), 'ping', repeat('0', 64), $2 FROM generate_series(1, $1)`,
    [count, receivedAt],
  );
const count = async () =>
  (await store.pool.query<{ count: number }>("SELECT count(*) FROM webhook_deliveries")).rows[0]?.count;

describe("deliveries", () => {
  const clock = createFakeClock("2026-11-22T12:00:00Z");
  const purge = (signal: AbortSignal) =>
    createPurgeDeliveries({ db: store.db, clock, log: silentLog })(signal);

  it("are removed after 90 days, however many there are, and not before", async () => {
    await add(2_500, "2026-08-24T11:59:59.999Z");
    await add(3, "2026-08-24T12:00:00.000Z");
    await purge(new AbortController().signal);
    expect(await count()).toBe(3);
  });

  it("stay when the process stops first", async () => {
    await add(1, "2025-01-01T00:00:00Z");
    await expect(purge(AbortSignal.abort(new Error("stopping")))).rejects.toThrow("stopping");
    expect(await count()).toBe(4);
  });
});
