import { randomUUID } from "node:crypto";
import { pino } from "pino";
import { describe, expect, it } from "vitest";
import { endDeliveryJob, setDeliveryJobs, storeDeliveries } from "../../src/db/deliveries-store.ts";
import { createSettleLostDeliveries } from "../../src/jobs/settle-lost-deliveries.ts";
import { useStore } from "../db/store-fixtures.ts";
import { createFakeClock } from "../support/fake-clock.ts";

const store = useStore();
const NOW = "2026-11-22T12:00:00.000Z";
const MINUTE_MS = 60_000;

/** Deliveries that wait for a job each. @returns their ids, in the order they were received */
const addWaiting = async (count: number, age_ms: number): Promise<string[]> => {
  const deliveries = Array.from({ length: count }, (_, at) => ({
    delivery_id: randomUUID(),
    event: "pull_request",
    action: "closed",
    installation_id: null,
    repository_id: null,
    subject: null,
    body_sha256: "0".repeat(64),
    received_at: new Date(Date.parse(NOW) - age_ms + at),
    status: "processed" as const,
  }));
  await storeDeliveries(store.db, deliveries);
  await setDeliveryJobs(
    store.db,
    new Map(deliveries.map(({ delivery_id }) => [delivery_id, [randomUUID()]])),
  );
  return deliveries.map(({ delivery_id }) => delivery_id);
};

const find = (id: string) =>
  store.db
    .selectFrom("webhook_deliveries")
    .select(["status", "error", "jobs", "attempts"])
    .where("delivery_id", "=", id)
    .executeTakeFirstOrThrow();

const setUp = (deliveriesWithJobs: (ids: readonly string[]) => Promise<Set<string>>) =>
  createSettleLostDeliveries({
    db: store.db,
    queue: { deliveriesWithJobs },
    clock: createFakeClock(NOW),
    log: pino({ level: "silent" }),
  });

describe("deliveries that wait for their jobs", () => {
  it("fail once they are ten minutes old and no job of theirs is left", async () => {
    const [lost = ""] = await addWaiting(1, 11 * MINUTE_MS);
    const [alive = ""] = await addWaiting(1, 12 * MINUTE_MS);
    const [young = ""] = await addWaiting(1, 9 * MINUTE_MS);
    const settle = setUp(async () => new Set([alive]));
    expect(await settle()).toBe(1);

    expect(await find(lost)).toEqual({
      status: "failed",
      error: expect.stringMatching(/deliver it again/),
      jobs: [],
      attempts: 1,
    });
    expect(await find(alive)).toMatchObject({ status: "received", error: null });
    expect(await find(young)).toMatchObject({ status: "received", error: null });
    expect(await settle(), "it is not found again").toBe(0);
  });

  it("are left alone when the last job ends while they are looked at", async () => {
    const [id = ""] = await addWaiting(1, 20 * MINUTE_MS);
    const settle = setUp(async (ids) => {
      const { jobs } = await find(id);
      await endDeliveryJob(store.db, id, String(jobs[0]));
      return new Set(ids.filter((one) => one !== id));
    });
    expect(await settle()).toBe(0);
    expect(await find(id)).toMatchObject({ status: "processed", error: null });
  });

  it("fail 500 at a time, also where hundreds that are older are still at work", async () => {
    const old = new Set(await addWaiting(600, 100 * MINUTE_MS));
    await addWaiting(620, 50 * MINUTE_MS);
    const settle = setUp(async (ids) => new Set(ids.filter((id) => old.has(id))));
    expect(await settle()).toBe(500);
    expect(await settle()).toBeGreaterThanOrEqual(120);
    expect(await settle()).toBe(0);
    const counted = await store.db
      .selectFrom("webhook_deliveries")
      .select(({ fn }) => fn.countAll<number>().as("count"))
      .where("status", "=", "received")
      .where("delivery_id", "in", [...old])
      .executeTakeFirstOrThrow();
    expect(counted.count).toBe(600);
  });
});
