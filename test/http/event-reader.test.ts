import { describe, expect, it } from "vitest";
import type { EventSignal } from "../../src/db/event-signal.ts";
import { appendEvent } from "../../src/db/events-store.ts";
import { createEventReader } from "../../src/http/event-reader.ts";
import { addProposal, useStore } from "../db/store-fixtures.ts";
import { untilSessionsWait } from "../support/lock-waits.ts";

const store = useStore();
const BEGINNING = { proposalId: null, after: 0 };

/** A bell that rings when the test says so. */
const createBell = () => {
  const seen: number[] = [];
  let rung = Promise.withResolvers<void>();
  const bell: EventSignal & { rings: number } = {
    rings: 0,
    rung: async (known) => {
      seen.push(known);
      while (bell.rings <= known) await rung.promise;
    },
    close: async () => undefined,
  };
  const ring = () => {
    bell.rings += 1;
    rung.resolve();
    rung = Promise.withResolvers();
  };
  return { bell, ring, seen };
};

const setUp = () => {
  const logged: string[] = [];
  const log = { warn: (_: unknown, message?: string) => void logged.push(message ?? "") };
  const ringing = createBell();
  return { ...ringing, logged, read: createEventReader({ db: store.db, signal: ringing.bell, log }) };
};

describe("a reader of events", () => {
  it("reads again at once when it was rung for while it read", async () => {
    const { read, ring, seen } = setUp();
    const signal = new AbortController().signal;
    const { id: proposalId } = await addProposal(store.db);
    const lock = await store.pool.connect();
    try {
      await lock.query("BEGIN; LOCK TABLE proposal_events IN ACCESS EXCLUSIVE MODE");
      const events = read(BEGINNING, signal);
      await untilSessionsWait(store.db);
      // Whoever reads now has a snapshot without the event that comes.
      ring();
      await lock.query("COMMIT");
      await expect.poll(() => seen).toEqual([0, 1]);
      await appendEvent(store.db, { proposalId, kind: "open_pr_step" });
      ring();
      expect(await events).toMatchObject([{ proposal_id: proposalId }]);
    } finally {
      lock.release();
    }
  });

  it("says once that the database is away, and again when that happens again", async () => {
    const { read, ring, logged, seen } = setUp();
    const leaving = new AbortController();
    const reading = read({ proposalId: null, after: 1_000_000 }, leaving.signal);
    const readAnew = async () => {
      const before = seen.length;
      ring();
      await expect.poll(() => seen.length).toBeGreaterThan(before);
    };
    const rename = (from: string, to: string) => store.pool.query(`ALTER TABLE ${from} RENAME TO ${to}`);
    await expect.poll(() => seen).toHaveLength(1);
    for (let times = 1; times <= 2; times++) {
      await rename("proposal_events", "elsewhere");
      await readAnew();
      await readAnew();
      await rename("elsewhere", "proposal_events");
      await readAnew();
      expect(logged).toHaveLength(times);
    }
    leaving.abort(new Error("the reader went away"));
    ring();
    await expect(reading).rejects.toThrow("the reader went away");
  });
});
