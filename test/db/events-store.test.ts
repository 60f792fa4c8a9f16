import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import {
  appendEvent,
  appendEventOfRun,
  appendNews,
  countEvents,
  countEventsOf,
  lastEvent,
  listEvents,
} from "../../src/db/events-store.ts";
import { claimRun, markQueued, markRejected, runOf } from "../../src/db/open-pr-store.ts";
import { untilSessionsWait } from "../support/lock-waits.ts";
import { addProposal, useStore } from "./store-fixtures.ts";

const store = useStore();
const all = { after: 0, limit: 1_000 };
const seqs = async () => (await listEvents(store.db, all)).map((event) => event.seq);

describe("events", () => {
  it("are numbered in commit order and without gaps, under concurrent writers and after roll-backs", async () => {
    const { id: proposalId } = await addProposal(store.db);
    const write = (count: number) =>
      store.db
        .transaction()
        .execute(async (trx) => {
          await appendEvent(trx, { proposalId, kind: "open_pr_step", data: { count } });
          if (count % 3 === 0) throw new Error("rolled back");
        })
        .catch(() => undefined);

    await Promise.all(Array.from({ length: 30 }, (_, count) => write(count)));

    expect(await seqs()).toEqual(Array.from({ length: 20 }, (_, index) => index + 1));
  });

  it("are never seen out of order: a later number waits for the earlier one's commit", async () => {
    const { id: proposalId } = await addProposal(store.db);
    const before = (await seqs()).length;
    const held = Promise.withResolvers<void>();
    const written = Promise.withResolvers<void>();
    const first = store.db.transaction().execute(async (trx) => {
      await appendEvent(trx, { proposalId, kind: "open_pr_step" });
      written.resolve();
      await held.promise;
    });
    await written.promise;

    let secondDone = false;
    const second = appendEvent(store.db, { proposalId, kind: "open_pr_step" }).then(() => {
      secondDone = true;
    });
    expect((await seqs()).length).toBe(before);
    expect(secondDone).toBe(false);
    held.resolve();
    await Promise.all([first, second]);

    expect((await seqs()).length).toBe(before + 2);
  });

  it("are read per proposal and after a number, and counted alike", async () => {
    const one = await addProposal(store.db);
    const other = await addProposal(store.db);
    const last = (await seqs()).at(-1) ?? 0;
    for (const { id } of [one, other, one]) {
      await appendEvent(store.db, {
        proposalId: id,
        kind: "open_pr_step",
        actor: "Ada",
        data: { step: "x" },
      });
    }

    const ofOne = await listEvents(store.db, { proposalId: one.id, after: last + 1, limit: 10 });
    expect(ofOne).toMatchObject([{ seq: last + 3, actor: "Ada", data: { step: "x" } }]);
    expect(ofOne[0]?.at).toBeInstanceOf(Date);
    expect(await countEventsOf(store.db, one.id, 0)).toBe(2);
    expect(await countEventsOf(store.db, one.id, last + 1)).toBe(1);
    expect(await countEvents(store.db, last)).toBe(3);
    expect(await countEvents(store.db, last + 50)).toBe(0);
  });

  it("are found by kind, the newest one", async () => {
    const { id: proposalId } = await addProposal(store.db);
    await appendEvent(store.db, { proposalId, kind: "open_pr_step", data: { step: "one" } });
    await appendEvent(store.db, { proposalId, kind: "open_pr_step", data: { step: "two" } });
    await appendEvent(store.db, { proposalId, kind: "open_pr_failed" });

    expect((await lastEvent(store.db, proposalId, ["open_pr_step"]))?.data).toEqual({ step: "two" });
    expect(await lastEvent(store.db, proposalId, ["pr_merged"])).toBeUndefined();
  });

  it("of a run are written only while it holds the fence", async () => {
    const { id } = await addProposal(store.db);
    await markQueued(store.db, id);
    await claimRun(store.db, { proposalId: id, attempt: 1, jobId: "job", retryCount: 1 });
    const append = (run: string) =>
      appendEventOfRun(store.db, run, { proposalId: id, kind: "open_pr_step", data: { step: run } });

    expect(await append("job:0")).toBe(false);
    expect(await append("job:1")).toBe(true);
    expect(await listEvents(store.db, { ...all, proposalId: id })).toMatchObject([
      { data: { step: "job:1" } },
    ]);
  });

  it("can be neither changed nor removed", async () => {
    await expect(store.pool.query("UPDATE proposal_events SET actor = 'x'")).rejects.toThrow("append-only");
    await expect(store.pool.query("DELETE FROM proposal_events")).rejects.toThrow("append-only");
  });
});

describe("an event of a run", () => {
  it("that waits while a rejection commits is not told", async () => {
    const { id: proposalId } = await addProposal(store.db);
    await markQueued(store.db, proposalId);
    const claim = { proposalId, attempt: 1, jobId: randomUUID(), retryCount: 0 };
    await claimRun(store.db, claim);
    const rejected = Promise.withResolvers<void>();
    const goOn = Promise.withResolvers<void>();
    const rejection = store.db.transaction().execute(async (trx) => {
      await markRejected(trx, proposalId, null);
      await appendEvent(trx, { proposalId, kind: "proposal_rejected" });
      rejected.resolve();
      await goOn.promise;
    });
    await rejected.promise;
    const told = appendEventOfRun(store.db, runOf(claim), { proposalId, kind: "open_pr_step" });
    await untilSessionsWait(store.db);
    goOn.resolve();
    await rejection;
    expect(await told).toBe(false);
    expect((await lastEvent(store.db, proposalId, ["open_pr_step"]))?.seq).toBeUndefined();
  });
});

describe("news", () => {
  it("are told once by a run that was frozen and its successor, who both look before either tells", async () => {
    const { id: proposalId } = await addProposal(store.db);
    const event = { proposalId, kind: "branch_deleted", data: { branch: "relyloop/study-1" } } as const;
    const told = await store.db.transaction().execute(async (trx) => {
      // Until this one ends nobody's event gets a number.
      await appendEvent(trx, { proposalId, kind: "pr_closed" });
      const telling = [1, 2].map(() =>
        store.db.transaction().execute((other) => appendNews(other, event, (last) => last === undefined)),
      );
      await untilSessionsWait(store.db, telling.length);
      return { all: Promise.all(telling) };
    });
    await told.all;
    const events = await listEvents(store.db, { proposalId, after: 0, limit: 10 });
    expect(events.map(({ kind }) => kind)).toEqual(["pr_closed", "branch_deleted"]);
  });

  it("are judged by what was told last of their kind", async () => {
    const { id: proposalId } = await addProposal(store.db);
    for (const count of [1, 1, 2, 1]) {
      const event = { proposalId, kind: "check_refreshed", data: { count } } as const;
      await store.db.transaction().execute((trx) => appendNews(trx, event, (last) => last?.count !== count));
      await appendEvent(store.db, { proposalId, kind: "open_pr_step" });
    }
    const told = await listEvents(store.db, { proposalId, after: 0, limit: 10 });
    const counts = told.filter(({ kind }) => kind === "check_refreshed").map(({ data }) => data.count);
    expect(counts).toEqual([1, 2, 1]);
  });
});
