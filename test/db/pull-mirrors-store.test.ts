import { describe, expect, it } from "vitest";
import { markRejected } from "../../src/db/open-pr-store.ts";
import type { ProposalRow } from "../../src/db/proposals-store.ts";
import {
  addMirror,
  addMissingMirrors,
  countReconciled,
  findMirror,
  listDue,
  lockMirrored,
  markClosed,
  moveDue,
  storeMirror,
  storePull,
} from "../../src/db/pull-mirrors-store.ts";
import type { ConfigRepoStatus } from "../../src/db/schema.ts";
import { addReadyProposal } from "../actions/action-fixtures.ts";
import { useStore } from "./store-fixtures.ts";

const store = useStore();
const T0 = new Date("2026-11-22T12:00:00Z");
const later = (seconds: number) => new Date(T0.getTime() + seconds * 1_000);
const SHA = "a".repeat(40);

/** A proposal whose pull request is recorded. */
const opened = async (changes: Partial<ProposalRow> = {}, repoStatus: ConfigRepoStatus = "active") => {
  const ready = await addReadyProposal(store.db, { configRepo: { status: repoStatus } });
  const pull = {
    status: "pr_opened" as const,
    pr_url: "https://github.com/acme/configs/pull/7",
    pr_number: 7,
    pr_state: "open" as const,
    pr_head_sha: SHA,
    pr_config_repo_id: ready.configRepoId,
    pr_updated_at: T0,
  };
  const { config_diff: _diff, metric_delta: _delta, ...rest } = { ...pull, ...changes };
  await store.db.updateTable("proposals").set(rest).where("id", "=", ready.id).execute();
  return ready;
};

describe("what was read of a pull request", () => {
  it("is stored unless something newer is, by GitHub's own time", async () => {
    const { id, row } = await opened();
    const seen = (seconds: number) => ({ readVersion: later(seconds), changed: true });
    const draft = (pr_draft: boolean) => ({ pr_draft, pr_updated_at: later(5) });
    expect(await storePull(store.db, id, draft(true), seen(5))).toBe(true);
    expect(await storePull(store.db, id, draft(false), seen(4)), "an older read").toBe(false);
    expect((await row()).pr_draft).toBe(true);
    expect(await storePull(store.db, id, draft(false), seen(5)), "the same second").toBe(true);
    expect((await row()).pr_draft).toBe(false);
  });

  it("touches the proposal's own time only for what somebody sees", async () => {
    const { id, row } = await opened();
    const before = (await row()).updated_at;
    await storePull(store.db, id, { pr_updated_at: later(1) }, { readVersion: later(1), changed: false });
    expect(await row()).toMatchObject({ updated_at: before, pr_updated_at: later(1) });
    await storePull(store.db, id, { pr_draft: true }, { readVersion: later(1), changed: true });
    expect((await row()).updated_at.getTime()).toBeGreaterThan(before.getTime());
  });

  it("is not stored on a merged proposal, which is final", async () => {
    const { id } = await opened({ status: "pr_merged", pr_merged_at: T0 });
    const read = { readVersion: later(9), changed: true };
    expect(await storePull(store.db, id, { pr_state: "open" }, read)).toBe(false);
  });

  it("goes with its validators, on a row that is made once", async () => {
    const { id } = await opened();
    await addMirror(store.db, id, SHA);
    const parts = { pull: { etag: 'W/"1"', verdict: null } };
    await storeMirror(store.db, id, { headSha: "b".repeat(40), parts, readAt: T0 });
    await addMirror(store.db, id, SHA);
    expect(await findMirror(store.db, id)).toMatchObject({ head_sha: "b".repeat(40), parts, read_at: T0 });
    const both = await store.db.transaction().execute((trx) => lockMirrored(trx, id));
    expect(both).toMatchObject({ proposal: { id }, mirror: { parts } });
  });
});

describe("a pull request that close_pr closed", () => {
  it("is closed on the rejected row, once, and no read from before opens it again", async () => {
    const { id, row } = await opened();
    expect(await markClosed(store.db, id, later(3)), "not while it is opened").toBe(false);
    await markRejected(store.db, id, null);
    expect(await markClosed(store.db, id, later(3))).toBe(true);
    expect(await markClosed(store.db, id, later(3))).toBe(false);
    expect(await row()).toMatchObject({ pr_state: "closed", pr_updated_at: later(3) });
    const read = { readVersion: later(2), changed: true };
    expect(await storePull(store.db, id, { pr_state: "open" }, read)).toBe(false);
  });

  it("keeps the later of two times, and leaves a row without a pull request alone", async () => {
    const { id, row } = await opened({ pr_updated_at: later(9) });
    await markRejected(store.db, id, null);
    expect(await markClosed(store.db, id, later(3))).toBe(true);
    expect((await row()).pr_updated_at).toEqual(later(9));

    const { id: unrecorded } = await addReadyProposal(store.db);
    await markRejected(store.db, unrecorded, null);
    expect(await markClosed(store.db, unrecorded, later(3))).toBe(false);
  });
});

describe("the pull requests to reconcile", () => {
  const dueAmong = async (ids: string[], now: Date, limit = 1_000) =>
    (await listDue(store.db, now, limit)).filter((id) => ids.includes(id));

  it("are the opened ones in repositories the app can read", async () => {
    const before = await countReconciled(store.db);
    const closed = await opened({ pr_state: "closed" });
    const open = await opened();
    const archived = await opened({}, "archived");
    const others = [
      await opened({}, "suspended"),
      await opened({}, "removed"),
      await opened({ status: "rejected" }),
      await opened({ status: "pr_merged", pr_merged_at: T0 }),
      await opened({ status: "pending", pr_url: null, pr_number: null, pr_config_repo_id: null }),
    ];
    expect(await countReconciled(store.db)).toBe(before + 3);

    await addMissingMirrors(store.db);
    await addMissingMirrors(store.db);
    expect(await findMirror(store.db, open.id)).toMatchObject({ head_sha: SHA, parts: {}, read_at: null });
    const soon = new Date(Date.now() + 60_000);
    const ids = [closed, open, archived, ...others].map(({ id }) => id);
    expect((await dueAmong(ids, soon)).sort()).toEqual([closed.id, open.id, archived.id].sort());
  });

  it("come the longest overdue first, and not before they are due again", async () => {
    const [one, other, third] = [await opened(), await opened(), await opened()];
    const ids = [one.id, other.id, third.id];
    await addMissingMirrors(store.db);
    // Long before all others of this database.
    const long = (minutes: number) => new Date(Date.parse("2020-01-01T00:00:00Z") + minutes * 60_000);
    await moveDue(store.db, [
      { proposalId: one.id, dueAt: long(2) },
      { proposalId: other.id, dueAt: long(1) },
      { proposalId: third.id, dueAt: long(3) },
    ]);
    expect(await dueAmong(ids, long(2))).toEqual([other.id, one.id]);
    expect(await listDue(store.db, long(2), 1)).toEqual([other.id]);
    await moveDue(store.db, []);
  });
});
