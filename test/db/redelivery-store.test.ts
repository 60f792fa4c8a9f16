import { randomUUID } from "node:crypto";
import { beforeEach, describe, expect, it } from "vitest";
import {
  deleteDeliveries,
  findDeliveryFates,
  newestDelivery,
  oldestFailedDelivery,
  type RedeliveryState,
  readRedeliveryState,
  writeRedeliveryState,
} from "../../src/db/redelivery-store.ts";
import type { DeliveryStatus } from "../../src/db/schema.ts";
import { useStore } from "./store-fixtures.ts";

const store = useStore();
const at = (time: string) => new Date(`2026-11-22T${time}:00Z`);

const add = async (status: DeliveryStatus, received_at: Date, attempts = 1): Promise<string> => {
  const delivery_id = randomUUID();
  await store.db
    .insertInto("webhook_deliveries")
    .values({ delivery_id, event: "ping", body_sha256: "0".repeat(64), status, received_at, attempts })
    .execute();
  return delivery_id;
};
beforeEach(() => store.pool.query("TRUNCATE webhook_deliveries, reconciliations"));

describe("the state of redelivery", () => {
  it("is empty at first, and is kept as it was written, once", async () => {
    expect(await readRedeliveryState(store.db)).toEqual({ watermark: null, unfinished: null, tries: {} });
    const state: RedeliveryState = {
      watermark: at("12:00"),
      unfinished: { cursor: "v1_5", began_at: at("12:10").toISOString(), oldest_open_at: null },
      tries: { [randomUUID()]: { count: 2, last_at: at("12:10").toISOString() } },
    };
    await writeRedeliveryState(store.db, { ...state, watermark: null });
    await writeRedeliveryState(store.db, state);
    expect(await readRedeliveryState(store.db)).toEqual(state);
    const { rows } = await store.pool.query("SELECT name FROM reconciliations");
    expect(rows).toEqual([{ name: "hook_deliveries" }]);
  });
});

describe("deliveries", () => {
  it("are found by GUID, with what became of them", async () => {
    const failed = await add("failed", at("12:00"), 2);
    await add("received", at("12:00"));
    const fates = await findDeliveryFates(store.db, [failed, randomUUID()]);
    expect([...fates]).toEqual([[failed, { status: "failed", attempts: 2 }]]);
    expect(await findDeliveryFates(store.db, [])).toEqual(new Map());
  });

  it("that failed and may be taken in again are known by the oldest one after a time", async () => {
    const query = { since: at("10:00"), attempts_max: 3 };
    expect(await oldestFailedDelivery(store.db, query)).toBeNull();
    await add("failed", at("10:00"));
    await add("failed", at("10:30"), 3);
    await add("processed", at("10:40"));
    await add("failed", at("11:00"), 2);
    await add("failed", at("11:30"));
    expect(await oldestFailedDelivery(store.db, query)).toEqual(at("11:00"));
  });

  it("are known by when the newest was received", async () => {
    expect(await newestDelivery(store.db)).toBeNull();
    await add("ignored", at("11:00"));
    await add("processed", at("10:00"));
    expect(await newestDelivery(store.db)).toEqual(at("11:00"));
  });

  it("are removed oldest first, so many at a time", async () => {
    const kept = await add("failed", at("12:00"));
    await add("processed", at("10:00"));
    const second = await add("received", at("11:00"));
    expect(await deleteDeliveries(store.db, { before: at("12:00"), limit: 1 })).toBe(1);
    expect([...(await findDeliveryFates(store.db, [kept, second])).keys()].sort()).toEqual(
      [kept, second].sort(),
    );
    expect(await deleteDeliveries(store.db, { before: at("12:00"), limit: 5 })).toBe(1);
    expect([...(await findDeliveryFates(store.db, [kept, second])).keys()]).toEqual([kept]);
  });
});
