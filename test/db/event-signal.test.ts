import { afterEach, beforeAll, describe, expect, inject, it } from "vitest";
import { type Clock, systemClock } from "../../src/clock.ts";
import { createEventSignal, type EventSignalLimits } from "../../src/db/event-signal.ts";
import { appendEvent } from "../../src/db/events-store.ts";
import { adminClient } from "../support/databases.ts";
import { addProposal, useStore } from "./store-fixtures.ts";

const store = useStore();
const NEVER_MS = 1_000_000;
const AT_ONCE_MS = 1;

const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const signal of opened.splice(0)) await signal.close();
});

const forever = new AbortController().signal;
let address: string;
beforeAll(() => {
  address = store.pool.options.connectionString ?? "";
});

const setUp = (
  { clock = systemClock, ...limits }: Partial<EventSignalLimits> & { clock?: Clock } = {},
  connectionString = address,
) => {
  const logged: string[] = [];
  const note = (_: unknown, message?: string) => void logged.push(message ?? String(_));
  const signal = createEventSignal({
    connection: { connectionString },
    clock,
    log: { info: note, warn: note },
    limits: { poll_ms: NEVER_MS, interval_ms: 0, ...limits },
  });
  opened.push(signal);
  return { signal, logged };
};

const LISTENERS =
  "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%'";
const listeners = async (): Promise<number[]> =>
  (await store.pool.query<{ pid: number }>(LISTENERS)).rows.map(({ pid }) => pid);

/** Ready: it rings once when it listens. */
const ready = async (signal: ReturnType<typeof setUp>["signal"]) => {
  await signal.rung(0, forever);
  return signal.rings;
};

describe("the signal of new events", () => {
  it("opens no connection before somebody waits, and keeps one for all who do", async () => {
    const { signal } = setUp();
    expect(await listeners()).toEqual([]);
    await Promise.all(Array.from({ length: 20 }, () => signal.rung(0, forever)));
    expect(await listeners()).toHaveLength(1);
    await signal.close();
    expect(await listeners()).toEqual([]);
  });

  it("rings for an event once it is committed, and not before", async () => {
    const { signal } = setUp();
    const { id: proposalId } = await addProposal(store.db);
    const seen = await ready(signal);
    await store.db.transaction().execute(async (trx) => {
      await appendEvent(trx, { proposalId, kind: "open_pr_step" });
      // The other connection hears what is said to it in order, so an early ring would be heard before this one.
      await store.pool.query("NOTIFY relyloop_events, 'not of this transaction'");
      await signal.rung(seen, forever);
      expect(signal.rings).toBe(seen + 1);
    });
    await signal.rung(seen + 1, forever);
    expect(signal.rings).toBe(seen + 2);
  });

  it("does not ring for one that is rolled back", async () => {
    const { signal } = setUp();
    const { id: proposalId } = await addProposal(store.db);
    const seen = await ready(signal);
    const rolledBack = store.db.transaction().execute(async (trx) => {
      await appendEvent(trx, { proposalId, kind: "open_pr_step" });
      throw new Error("rolled back");
    });
    await expect(rolledBack).rejects.toThrow("rolled back");
    await store.pool.query("NOTIFY relyloop_events");
    await signal.rung(seen, forever);
    expect(signal.rings).toBe(seen + 1);
  });

  it("does not keep anybody who looked before the last ring", async () => {
    const { signal } = setUp();
    const seen = await ready(signal);
    await signal.rung(seen - 1, forever);
    expect(signal.rings).toBe(seen);
  });

  it("rings by itself after a while, for what nobody told it of", async () => {
    const { signal } = setUp({ poll_ms: AT_ONCE_MS }, "postgresql://127.0.0.1:1/nowhere");
    await signal.rung(3, forever);
    expect(signal.rings).toBeGreaterThan(3);
  });

  it("rings for a burst of notifications once at its beginning and once after it", async () => {
    const asleep: (() => void)[] = [];
    let now_ms = 0;
    const clock: Clock = {
      now: () => now_ms,
      sleep: (ms, signal) =>
        ms === 50 ? new Promise((resolve) => asleep.push(resolve)) : systemClock.sleep(ms, signal),
    };
    const { signal } = setUp({ interval_ms: 50, clock });
    const seen = await ready(signal);
    now_ms += 50;
    await store.pool.query("SELECT pg_notify('relyloop_events', n::text) FROM generate_series(1, 100) n");

    await signal.rung(seen, forever);
    await expect.poll(() => asleep).toHaveLength(1);
    expect(signal.rings).toBe(seen + 1);
    asleep[0]?.();
    await signal.rung(seen + 1, forever);
    expect(signal.rings).toBe(seen + 2);
  });

  it("listens again when its connection is ended, says so once, and rings for what it may have missed", async () => {
    const { signal, logged } = setUp();
    const seen = await ready(signal);
    const [pid] = await listeners();
    await store.pool.query("SELECT pg_terminate_backend($1)", [pid]);

    await signal.rung(seen, forever);

    await expect.poll(listeners).toHaveLength(1);
    expect(await listeners()).not.toEqual([pid]);
    expect(logged).toEqual([
      "nobody tells of new events; they are polled for meanwhile",
      "events are listened for again",
    ]);
    const again = signal.rings;
    await store.pool.query("NOTIFY relyloop_events");
    await signal.rung(again, forever);
  });

  it("goes on trying while the database is away, says so once, and listens when it is back", async () => {
    const { signal, logged } = setUp();
    const seen = await ready(signal);
    const name = new URL(address.replace(/^.*\//, "x://x/")).pathname.slice(1);
    const admin = adminClient(inject("postgres").adminUrl);
    await admin.connect();
    try {
      await admin.query(`ALTER DATABASE ${name} ALLOW_CONNECTIONS false`);
      await admin.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1", [name]);
      // Two rounds of refusals: the waits between them are real, but short at first.
      await expect.poll(() => logged).toHaveLength(1);
    } finally {
      await admin.query(`ALTER DATABASE ${name} ALLOW_CONNECTIONS true`);
      await admin.end();
    }
    await signal.rung(seen, forever);
    expect(await listeners()).toHaveLength(1);
    expect(logged).toHaveLength(2);
  });

  it("lets go of whoever is aborted", async () => {
    const { signal } = setUp();
    const seen = await ready(signal);
    const leaving = new AbortController();
    const waiting = signal.rung(seen, leaving.signal);
    leaving.abort();
    await expect(waiting).rejects.toThrow("aborted");
  });

  it("closes at once while it can't connect, and twice", async () => {
    const { signal } = setUp({}, "postgresql://127.0.0.1:1/nowhere");
    const waiting = signal.rung(0, AbortSignal.timeout(NEVER_MS)).catch(() => undefined);
    await signal.close();
    await signal.close();
    expect(await Promise.race([waiting, "still waiting"])).toBe("still waiting");
  });
});
