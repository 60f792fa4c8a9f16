import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import {
  endDeliveryJob,
  failDelivery,
  failLostDeliveries,
  listUnfinishedDeliveries,
  type NewDelivery,
  setDeliveryJobs,
  storeDeliveries,
} from "../../src/db/deliveries-store.ts";
import { untilSessionsWait } from "../support/lock-waits.ts";
import { useStore } from "./store-fixtures.ts";

const store = useStore();

const aDelivery = (changes: Partial<NewDelivery> = {}): NewDelivery => ({
  delivery_id: randomUUID(),
  event: "pull_request",
  action: "closed",
  installation_id: 7,
  repository_id: 42,
  subject: "pull 12",
  body_sha256: "a".repeat(64),
  received_at: new Date("2026-11-22T12:00:00.123Z"),
  status: "processed",
  ...changes,
});

/** Stores one that waits for two jobs. */
const addWaiting = async (changes: Partial<NewDelivery> = {}) => {
  const delivery = aDelivery(changes);
  const jobs = [randomUUID(), randomUUID()];
  await storeDeliveries(store.db, [delivery]);
  await setDeliveryJobs(store.db, new Map([[delivery.delivery_id, jobs]]));
  return { ...delivery, jobs };
};

const find = (delivery_id: string) =>
  store.db
    .selectFrom("webhook_deliveries")
    .selectAll()
    .where("delivery_id", "=", delivery_id)
    .executeTakeFirst();

describe("storing deliveries", () => {
  it("keeps each as it is given", async () => {
    const done = aDelivery();
    const ignored = aDelivery({
      status: "ignored",
      action: null,
      installation_id: null,
      repository_id: null,
      subject: null,
    });
    const stored = await storeDeliveries(store.db, [done, ignored]);
    expect(stored).toHaveLength(2);
    for (const { attempts, known_body_sha256 } of stored)
      expect([attempts, known_body_sha256]).toEqual([1, null]);
    const fresh = { attempts: 1, error: null, jobs: [] };
    expect(await find(done.delivery_id)).toEqual({ ...done, ...fresh, processed_at: done.received_at });
    expect(await find(ignored.delivery_id)).toEqual({ ...ignored, ...fresh, processed_at: null });
  });

  it("lets each wait for its own jobs, and leaves the others alone", async () => {
    const [first, second, third] = [aDelivery(), aDelivery(), aDelivery()];
    await storeDeliveries(store.db, [first, second, third]);
    const jobs = [[randomUUID()], [randomUUID(), randomUUID()]] as const;
    await setDeliveryJobs(
      store.db,
      new Map<string, readonly string[]>([
        [first.delivery_id, jobs[0]],
        [second.delivery_id, jobs[1]],
      ]),
    );
    const waits = { status: "received", processed_at: null, attempts: 1, error: null };
    expect(await find(first.delivery_id)).toEqual({ ...first, ...waits, jobs: jobs[0] });
    expect(await find(second.delivery_id)).toEqual({ ...second, ...waits, jobs: jobs[1] });
    expect(await find(third.delivery_id)).toMatchObject({ status: "processed", jobs: [] });
  });

  it.each(["received", "processed", "ignored"] as const)("leaves one that is %s alone", async (status) => {
    const first = status === "received" ? await addWaiting() : aDelivery({ status });
    if (status !== "received") await storeDeliveries(store.db, [aDelivery({ ...first, status })]);
    const row = await find(first.delivery_id);
    expect(row?.status).toBe(status);
    const second = aDelivery({
      delivery_id: first.delivery_id,
      event: "status",
      body_sha256: "b".repeat(64),
    });
    expect(await storeDeliveries(store.db, [second])).toEqual([
      { delivery_id: first.delivery_id, attempts: null, known_body_sha256: "a".repeat(64) },
    ]);
    expect(await find(first.delivery_id)).toEqual(row);
  });

  it("takes one that failed in again, among others", async () => {
    const { jobs, ...failed } = await addWaiting();
    await failDelivery(store.db, failed.delivery_id, String(jobs[0]), "GitHub was down");
    const received_at = new Date("2026-11-22T13:00:00.000Z");
    const again = { ...failed, received_at, body_sha256: "b".repeat(64) };
    const other = aDelivery();
    const stored = await storeDeliveries(store.db, [again, other]);
    expect(stored).toContainEqual({
      delivery_id: failed.delivery_id,
      attempts: 2,
      known_body_sha256: "a".repeat(64),
    });
    expect(stored).toContainEqual({ delivery_id: other.delivery_id, attempts: 1, known_body_sha256: null });
    expect(await find(failed.delivery_id)).toMatchObject({
      status: "processed",
      attempts: 2,
      error: null,
      jobs: [],
      received_at,
      processed_at: received_at,
      body_sha256: "b".repeat(64),
    });
  });

  it("lets processes that were sent the same ones at once store each exactly once", async () => {
    const deliveries = Array.from({ length: 40 }, () => aDelivery());
    const calls = Array.from({ length: 8 }, (_, at) =>
      storeDeliveries(store.db, at % 2 === 0 ? deliveries : deliveries.toReversed()),
    );
    const taken = (await Promise.all(calls)).flat().filter(({ attempts }) => attempts !== null);
    expect(taken).toHaveLength(40);
    expect(new Set(taken.map(({ delivery_id }) => delivery_id)).size).toBe(40);
  });

  it("makes processes wait for each other in one order, so that none waits in a circle", async () => {
    const [low, high] = [aDelivery(), aDelivery()].sort((a, b) => (a.delivery_id < b.delivery_id ? -1 : 1));
    if (low === undefined || high === undefined) throw new Error("there are two");
    let other: ReturnType<typeof storeDeliveries> | undefined;
    await store.db.transaction().execute(async (trx) => {
      await storeDeliveries(trx, [low]);
      other = storeDeliveries(store.db, [high, low]);
      await untilSessionsWait(store.db);
      await storeDeliveries(trx, [high]);
    });
    const attempts = (await other)?.map((row) => row.attempts);
    expect(attempts).toEqual([null, null]);
  });
});

describe("a delivery with jobs", () => {
  it("is processed once the last of them has ended, which is said once", async () => {
    const delivery = await addWaiting();
    const [first = "", second = ""] = delivery.jobs;
    expect(await endDeliveryJob(store.db, delivery.delivery_id, first)).toBeNull();
    expect(await endDeliveryJob(store.db, delivery.delivery_id, first)).toBeNull();
    expect(await find(delivery.delivery_id)).toMatchObject({
      status: "received",
      jobs: [second],
      processed_at: null,
    });
    expect(await endDeliveryJob(store.db, delivery.delivery_id, second)).toEqual(delivery.received_at);
    expect(await endDeliveryJob(store.db, delivery.delivery_id, second)).toBeNull();
    expect(await find(delivery.delivery_id)).toMatchObject({
      status: "processed",
      jobs: [],
      processed_at: expect.any(Date),
    });
  });

  it("fails when one of them gives up; what another one says after that changes nothing", async () => {
    const delivery = await addWaiting();
    const [first = "", second = ""] = delivery.jobs;
    await failDelivery(store.db, delivery.delivery_id, randomUUID(), "not one of its jobs");
    expect(await find(delivery.delivery_id)).toMatchObject({ status: "received" });
    await failDelivery(store.db, delivery.delivery_id, first, "x".repeat(1_000));
    expect(await endDeliveryJob(store.db, delivery.delivery_id, second)).toBeNull();
    expect(await find(delivery.delivery_id)).toMatchObject({
      status: "failed",
      error: "x".repeat(500),
      jobs: [],
      processed_at: null,
    });
  });
});

describe("deliveries that still wait", () => {
  it("are listed oldest first and page by page, and fail only while they do", async () => {
    const at = (time: string) => new Date(`2020-01-01T${time}.000Z`);
    const [second, first, third] = await Promise.all(
      ["10:00:00", "10:00:00", "11:00:00"].map(async (time) => {
        return (await addWaiting({ received_at: at(time) })).delivery_id;
      }),
    );
    const [low = "", high = ""] = [String(first), String(second)].sort();
    const before = at("11:30:00");
    const page = await listUnfinishedDeliveries(store.db, { before, after: null, limit: 2 });
    expect(page.map(({ delivery_id }) => delivery_id)).toEqual([low, high]);
    const after = page[0] ?? null;
    const next = await listUnfinishedDeliveries(store.db, { before, after, limit: 2 });
    expect(next.map(({ delivery_id }) => delivery_id)).toEqual([high, third]);
    const until = await listUnfinishedDeliveries(store.db, { before: at("11:00:00"), after, limit: 2 });
    expect(until.map(({ delivery_id }) => delivery_id)).toEqual([high]);

    await endDeliveryJob(store.db, low, String((await find(low))?.jobs[0]));
    await endDeliveryJob(store.db, low, String((await find(low))?.jobs[0]));
    const deliveryIds = [low, high, String(third)];
    const failed = await failLostDeliveries(store.db, { deliveryIds, before: at("10:30:00"), error: "gone" });
    expect(failed).toEqual([high]);
    expect(await find(high)).toMatchObject({ status: "failed", error: "gone", jobs: [] });
    expect(await find(low)).toMatchObject({ status: "processed", error: null });
    expect(await find(String(third))).toMatchObject({ status: "received", error: null });
  });
});
