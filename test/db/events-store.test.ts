import { describe, expect, it } from "vitest";
import {
  appendEvent,
  appendEventOfRun,
  countEvents,
  countEventsOf,
  lastEvent,
  listEvents,
} from "../../src/db/events-store.ts";
import { claimRun, markQueued } from "../../src/db/open-pr-store.ts";
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
