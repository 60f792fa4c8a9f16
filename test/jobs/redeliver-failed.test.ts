import { randomUUID } from "node:crypto";
import { beforeEach, describe, expect, it } from "vitest";
import { readRedeliveryState } from "../../src/db/redelivery-store.ts";
import type { DeliveryStatus } from "../../src/db/schema.ts";
import { GithubApiError, RescheduleError } from "../../src/github/github-errors.ts";
import { createRedeliverFailed } from "../../src/jobs/redeliver-failed.ts";
import { useStore } from "../db/store-fixtures.ts";
import { createFakeClock, type FakeClock } from "../support/fake-clock.ts";
import { silentLog } from "../support/github-fixture.ts";
import { createFakeHookDeliveries } from "./fake-hook-deliveries.ts";

const store = useStore();
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const signal = new AbortController().signal;

let clock: FakeClock;
let github: ReturnType<typeof createFakeHookDeliveries>;
beforeEach(async () => {
  await store.pool.query("TRUNCATE webhook_deliveries, reconciliations");
  clock = createFakeClock();
  github = createFakeHookDeliveries();
});

const failedAt = (ago_ms: number, guid: string = randomUUID()) =>
  github.sent(guid, clock.now() - ago_ms, false);
const arrivedAt = (ago_ms: number, guid: string = randomUUID()) =>
  github.sent(guid, clock.now() - ago_ms, true);

/** What intake and jobs have made of a delivery. */
const stored = async (guid: string, status: DeliveryStatus, attempts = 1, ago_ms = HOUR_MS) => {
  await store.db
    .insertInto("webhook_deliveries")
    .values({
      delivery_id: guid,
      event: "pull_request",
      body_sha256: "0".repeat(64),
      status,
      attempts,
      received_at: new Date(clock.now() - ago_ms),
    })
    .onConflict((conflict) => conflict.column("delivery_id").doUpdateSet({ status, attempts }))
    .execute();
  return guid;
};

const run = () =>
  createRedeliverFailed({ db: store.db, deliveries: github.api, clock, log: silentLog })(signal);
const watermark = async () => (await readRedeliveryState(store.db)).watermark?.getTime() ?? null;

describe("a delivery is asked for again", () => {
  it("when no attempt of it reached us, once in a run, by its newest attempt, oldest event first", async () => {
    const one = failedAt(3 * HOUR_MS);
    failedAt(2 * HOUR_MS, one);
    const newest = github.attempts[0]?.id;
    const other = failedAt(150 * MINUTE_MS);
    await run();
    expect(github.requested).toEqual([other, one]);
    expect(github.requestedIds.at(-1)).toBe(newest);
  });

  it("when it was answered and failed here, though it is older than the watermark", async () => {
    arrivedAt(MINUTE_MS);
    const guid = await stored(arrivedAt(30 * HOUR_MS), "received", 1, 30 * HOUR_MS);
    await run();
    expect(github.requested).toEqual([]);
    expect(await watermark()).toBe(clock.now() - 5 * MINUTE_MS);
    await stored(guid, "failed");
    await run();
    expect(github.requested).toEqual([guid]);
  });

  it("after it failed here twice, and not after it failed thrice", async () => {
    const twice = await stored(arrivedAt(HOUR_MS), "failed", 2);
    await stored(arrivedAt(HOUR_MS), "failed", 3);
    await run();
    expect(github.requested).toEqual([twice]);
  });
});

describe("a delivery is left alone", () => {
  it.each(["received", "processed", "ignored"] as const)(
    "when it is %s here, whatever GitHub thinks",
    async (status) => {
      await stored(failedAt(HOUR_MS), status);
      await run();
      expect(github.requested).toEqual([]);
    },
  );

  it("when one of its attempts was answered", async () => {
    const guid = failedAt(HOUR_MS);
    arrivedAt(30 * MINUTE_MS, guid);
    failedAt(20 * MINUTE_MS, guid);
    await run();
    expect(github.requested).toEqual([]);
  });

  it("when it is older than what GitHub keeps", async () => {
    failedAt(3 * DAY_MS + 1);
    const guid = failedAt(3 * DAY_MS - 1);
    await run();
    expect(github.requested).toEqual([guid]);
  });
});

describe("while nothing gets through", () => {
  it("one event is asked for 5 times, at growing distances, and then no more", async () => {
    failedAt(MINUTE_MS);
    const started_ms = clock.now();
    const asked_after_min: number[] = [];
    const minutes = [...Array.from({ length: 190 }, () => 10), 12 * 60, 12 * 60, 12 * 60, 3 * 60];
    for (const pause of minutes) {
      const before = github.requested.length;
      await run();
      if (github.requested.length > before) asked_after_min.push((clock.now() - started_ms) / MINUTE_MS);
      clock.advance(pause * MINUTE_MS);
    }
    expect(asked_after_min).toEqual([0, 10, 70, 430, 1_870]);
  });

  it("it is asked for at once when something got through since", async () => {
    failedAt(MINUTE_MS);
    await run();
    clock.advance(10 * MINUTE_MS);
    await run();
    clock.advance(10 * MINUTE_MS);
    await run();
    expect(github.requested).toHaveLength(2);
    await stored(arrivedAt(0), "processed", 1, 0);
    await run();
    expect(github.requested).toHaveLength(3);
  });
});

describe("the watermark", () => {
  it("lets the next run read only what is new, and what may show late", async () => {
    for (let hours = 1; hours <= 40; hours++) arrivedAt(hours * HOUR_MS);
    await run();
    expect(github.pages).toHaveLength(20);
    expect(await watermark()).toBe(clock.now() - 5 * MINUTE_MS);
    clock.advance(10 * MINUTE_MS);
    github.pages.length = 0;
    // It was made before the first run, which GitHub did not show it yet.
    const late = failedAt(14 * MINUTE_MS);
    await run();
    expect(github.pages).toHaveLength(1);
    expect(github.requested).toEqual([late]);
  });

  it("waits for what is not settled, and goes on once it is", async () => {
    const guid = failedAt(2 * HOUR_MS);
    arrivedAt(HOUR_MS);
    await run();
    const open_ms = clock.now() - 2 * HOUR_MS;
    expect(await watermark()).toBe(open_ms);
    clock.advance(10 * MINUTE_MS);
    await run();
    expect(await watermark()).toBe(open_ms);
    await stored(arrivedAt(0, guid), "processed");
    await run();
    expect(await watermark()).toBe(clock.now() - 5 * MINUTE_MS);
    expect((await readRedeliveryState(store.db)).tries).toEqual({});
  });

  it("does not move back", async () => {
    arrivedAt(MINUTE_MS);
    await run();
    const first = await watermark();
    clock.advance(-HOUR_MS);
    await run();
    expect(await watermark()).toBe(first);
  });
});

describe("a run that is cut short", () => {
  it("by a limit while it reads ends quietly, asks for nothing, and the next one goes on from that page", async () => {
    const guids = [7, 6, 5, 4, 3, 2, 1].map((hours) => failedAt(hours * HOUR_MS));
    const until = new Date(clock.now() + HOUR_MS);
    github.trouble.onPage = (page) => (page === 3 ? new RescheduleError(until, "rate_limited") : null);
    await run();
    expect(github.requested).toEqual([]);
    expect(await watermark()).toBeNull();
    github.trouble.onPage = () => null;
    github.pages.length = 0;
    await run();
    expect(github.pages[0]).not.toBeNull();
    expect(github.requested).toEqual(guids.slice(0, 3));
    // The whole list has been read by the two: what is oldest and open holds the watermark.
    expect(await watermark()).toBe(clock.now() - 7 * HOUR_MS);
    await run();
    expect(github.requested).toEqual(guids);
  });

  it("passes on what it found open: the run that reads to the end leaves it before the watermark", async () => {
    arrivedAt(4 * HOUR_MS);
    arrivedAt(3 * HOUR_MS);
    const open = failedAt(2 * HOUR_MS);
    arrivedAt(HOUR_MS);
    const until = new Date(clock.now() + HOUR_MS);
    github.trouble.onPage = (page) => (page === 2 ? new RescheduleError(until, "rate_limited") : null);
    await run();
    github.trouble.onPage = () => null;
    await run();
    expect(github.requested).toEqual([]);
    expect(await watermark()).toBe(clock.now() - 2 * HOUR_MS);
    await run();
    expect(github.requested).toEqual([open]);
  });

  it("by a limit while it asks remembers what it asked for", async () => {
    const guids = [3, 2, 1].map((hours) => failedAt(hours * HOUR_MS));
    const until = new Date(clock.now() + HOUR_MS);
    github.trouble.onRequest = (guid) =>
      guid === guids[1] ? new RescheduleError(until, "rate_limited") : null;
    await run();
    expect(github.requested).toEqual([guids[0]]);
    github.trouble.onRequest = () => null;
    clock.advance(MINUTE_MS);
    await run();
    expect(github.requested).toEqual(guids);
  });

  it("by anything else fails, with what it did kept all the same", async () => {
    const guids = [2, 1].map((hours) => failedAt(hours * HOUR_MS));
    github.trouble.onRequest = (guid) => (guid === guids[1] ? new GithubApiError("no answer", null) : null);
    await expect(run()).rejects.toThrow("no answer");
    expect(Object.keys((await readRedeliveryState(store.db)).tries)).toEqual([guids[0]]);
  });

  it("by a cursor GitHub does not know any more begins anew the next time", async () => {
    [4, 3, 2, 1].map((hours) => failedAt(hours * HOUR_MS));
    const until = new Date(clock.now() + HOUR_MS);
    github.trouble.onPage = (page) => (page === 2 ? new RescheduleError(until, "rate_limited") : null);
    await run();
    github.trouble.onPage = () => new GithubApiError("Invalid cursor", 400);
    await expect(run()).rejects.toThrow("Invalid cursor");
    github.trouble.onPage = () => null;
    github.pages.length = 0;
    await run();
    expect(github.pages[0]).toBeNull();
    expect(github.requested).toHaveLength(4);
  });

  it("by its process says why", async () => {
    failedAt(HOUR_MS);
    const reason = new Error("the process is stopping");
    github.trouble.onRequest = () => reason;
    await expect(run()).rejects.toBe(reason);
  });
});

describe("one run", () => {
  it("asks for 100 at most, the oldest, and the next ones for the rest", async () => {
    github = createFakeHookDeliveries(100);
    const guids = Array.from({ length: 250 }, (_, index) => failedAt((300 - index) * MINUTE_MS));
    await run();
    expect(github.requested).toEqual(guids.slice(0, 100));
    await run();
    await run();
    expect(github.requested).toEqual(guids);
  });

  it("is not kept from the others by one that GitHub does not deliver again, and gives that one up", async () => {
    const gone = failedAt(2 * HOUR_MS);
    const other = failedAt(HOUR_MS);
    const tried: string[] = [];
    github.trouble.onRequest = (guid) => {
      tried.push(guid);
      return guid === gone ? new GithubApiError("Not Found", 404) : null;
    };
    await run();
    expect(github.requested).toEqual([other]);
    await stored(arrivedAt(0, other), "processed", 1, -DAY_MS);
    for (let runs = 0; runs < 10; runs++) await run();
    expect(tried.filter((guid) => guid === gone)).toHaveLength(5);
  });
});
