import { randomInt } from "node:crypto";
import { beforeEach, describe, expect, it } from "vitest";
import { findConfigRepo } from "../../src/db/config-repos-store.ts";
import { connect } from "../../src/db/connect.ts";
import { type Merge, markMerged } from "../../src/db/merges-store.ts";
import { markRejected } from "../../src/db/open-pr-store.ts";
import { findProposal } from "../../src/db/proposals-store.ts";
import { addReadyProposal } from "../actions/action-fixtures.ts";
import { untilSessionsWait } from "../support/lock-waits.ts";
import { addProposal, useStore } from "./store-fixtures.ts";

const store = useStore();
let repo: string;
beforeEach(async () => {
  ({ configRepoId: repo } = await addReadyProposal(store.db));
});

/** An opened proposal, or one that was rejected since, with the merge GitHub tells of. */
const opened = async (second: number, number: number, { rejected = false } = {}): Promise<Merge> => {
  const { id } = await addProposal(store.db);
  const url = `https://github.com/acme/configs/pull/${number}`;
  const pull = { status: "pr_opened" as const, pr_url: url, pr_number: number, pr_state: "open" as const };
  await store.db.updateTable("proposals").set(pull).where("id", "=", id).execute();
  if (rejected) await markRejected(store.db, id, "no");
  const mergedAt = new Date(Date.parse("2026-11-22T12:00:00Z") + second * 1_000);
  return { proposalId: id, configRepoId: repo, url, number, mergedAt };
};
const merge = (one: Merge) => store.db.transaction().execute((trx) => markMerged(trx, one));
const lastMerged = async () => (await findConfigRepo(store.db, repo))?.last_merged_proposal_id;

describe("a merge", () => {
  it.each([false, true])("ends the proposal, once (rejected before: %s)", async (rejected) => {
    const one = await opened(1, 7, { rejected });
    expect(await merge(one)).toBe(true);
    expect(await merge({ ...one, mergedAt: new Date() })).toBe(false);
    expect(await findProposal(store.db, one.proposalId)).toMatchObject({
      status: "pr_merged",
      pr_state: "merged",
      pr_url: one.url,
      pr_number: 7,
      pr_config_repo_id: repo,
      pr_merged_at: one.mergedAt,
      rejected_reason: rejected ? "no" : null,
    });
  });

  it("is not for a pending proposal, whose pull request nobody recorded", async () => {
    const one = await opened(1, 7);
    const pending = { status: "pending" as const };
    await store.db.updateTable("proposals").set(pending).where("id", "=", one.proposalId).execute();
    expect(await merge(one)).toBe(false);
    expect(await lastMerged()).toBeNull();
  });
});

describe("the last merge of a config repo", () => {
  it("moves only forward in merge time, in whatever order merges become known", async () => {
    const [first, second, third] = [await opened(1, 9), await opened(2, 8), await opened(3, 7)];
    await merge(second);
    await merge(first);
    expect(await lastMerged()).toBe(second.proposalId);
    await merge(third);
    expect(await lastMerged()).toBe(third.proposalId);
  });

  it("of two in the same second is the one with the greater number", async () => {
    const [one, other] = [await opened(1, 9), await opened(1, 8)];
    await merge(one);
    await merge(other);
    expect(await lastMerged()).toBe(one.proposalId);
  });

  it("is the later one of two that become known at the same moment", async () => {
    const [early, late] = [await opened(1, 7), await opened(2, 8)];
    let committed = false;
    const waiting = store.db.transaction().execute(async (trx) => {
      await markMerged(trx, late);
      // The other has begun by now, and waits for this one.
      const other = merge(early).then(() => expect(committed).toBe(true));
      await untilSessionsWait(store.db);
      committed = true;
      return { other };
    });
    await (await waiting).other;
    expect(await lastMerged()).toBe(late.proposalId);
  });

  it("is the latest of many that become known side by side, and none is lost to a deadlock", async () => {
    const merges = await Promise.all(Array.from({ length: 20 }, (_, n) => opened(randomInt(10), n + 1)));
    const { db } = connect({ connectionString: (await address()) ?? "" }, () => undefined);
    try {
      const all = [...merges.entries()].map(([n, one]) =>
        (n % 2 === 0 ? db : store.db).transaction().execute((trx) => markMerged(trx, one)),
      );
      expect(await Promise.all(all)).toEqual(merges.map(() => true));
    } finally {
      await db.destroy();
    }
    const [latest] = merges.toSorted(
      (a, b) => b.mergedAt.getTime() - a.mergedAt.getTime() || b.number - a.number,
    );
    expect(await lastMerged()).toBe(latest?.proposalId);
  });
});

const address = async () => store.pool.options.connectionString;
