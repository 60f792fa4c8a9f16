import { describe, expect, it } from "vitest";
import {
  claimRun,
  handOver,
  markQueued,
  markRejected,
  recordFailure,
  storeCommits,
} from "../../../src/db/open-pr-store.ts";
import { FenceLost } from "../../../src/jobs/open-pr/fence.ts";
import { useStore } from "../../db/store-fixtures.ts";
import { startAttempt } from "./running-attempt.ts";

const store = useStore();
const details = { run: 1, config_repo_id: "repo" };

describe("the fence", () => {
  it("of the run that claimed last lets it write, and tell so", async () => {
    const { fence, events } = await startAttempt(store.db);
    await fence.check();
    await fence.started(details);
    await fence.step("push_branch");
    await fence.check();
    expect(await events()).toMatchObject([
      { kind: "open_pr_started", data: { attempt: 1, run: 1, config_repo_id: "repo" } },
      { kind: "open_pr_step", data: { attempt: 1, step: "push_branch" } },
    ]);
  });

  it("of a run that was taken over lets it neither write nor tell", async () => {
    const { stale, events } = await startAttempt(store.db);
    await expect(stale.check()).rejects.toThrow(FenceLost);
    await expect(stale.check()).rejects.toMatchObject({
      name: "FenceLost",
      message: `run ${stale.run} lost its fence`,
    });
    await expect(stale.started(details)).rejects.toThrow(FenceLost);
    await expect(stale.step("push_branch")).rejects.toThrow(FenceLost);
    expect(await events()).toEqual([]);
  });

  it("falls with a rejection, a failure and a new attempt", async () => {
    const rejected = await startAttempt(store.db);
    await markRejected(store.db, rejected.id, null);
    await expect(rejected.fence.check()).rejects.toThrow(FenceLost);
    await expect(rejected.fence.step("comment")).rejects.toThrow(FenceLost);

    const failed = await startAttempt(store.db);
    await recordFailure(store.db, failed.id, failed.fence.run, { code: "CLONE_FAILED", message: "no" });
    await expect(failed.fence.check()).rejects.toThrow(FenceLost);
    await markQueued(store.db, failed.id);
    await expect(failed.fence.check()).rejects.toThrow(FenceLost);
    await claimRun(store.db, { proposalId: failed.id, attempt: 2, jobId: "second", retryCount: 0 });
    await expect(failed.fence.step("comment")).rejects.toThrow(FenceLost);
    expect(await failed.events()).toEqual([]);
  });

  it("holds nothing of a proposal that is not pending any more, whatever its row says of the run", async () => {
    const { id, fence, row } = await startAttempt(store.db);
    // As somebody may do by hand.
    await store.db.updateTable("proposals").set({ status: "rejected" }).where("id", "=", id).execute();
    const before = await row();
    const commits = { branch: "relyloop/x", baseSha: "a".repeat(40), headSha: "b".repeat(40), attempt: 1 };
    expect(before.open_pr_run).toBe(fence.run);
    await expect(fence.check()).rejects.toThrow(FenceLost);
    expect(await storeCommits(store.db, id, fence.run, commits)).toBe(false);
    expect(await recordFailure(store.db, id, fence.run, { code: "CLONE_FAILED", message: "no" })).toBe(false);
    expect(await handOver(store.db, id, fence.run, { jobId: "sequel", until: null })).toBe(false);
    expect(await row()).toEqual(before);
  });

  it("passes to the job that follows a wait", async () => {
    const { id, fence } = await startAttempt(store.db);
    await handOver(store.db, id, fence.run, { jobId: "sequel", until: new Date(0) });
    await expect(fence.check()).rejects.toThrow(FenceLost);
    const claim = { proposalId: id, attempt: 1, retryCount: 0 };
    // A re-run of the job that waited can't take it back, before and after the sequel has begun.
    expect(await claimRun(store.db, { ...claim, jobId: "job", retryCount: 9 })).toBeUndefined();
    expect(await claimRun(store.db, { ...claim, jobId: "sequel" })).toBeDefined();
    expect(await claimRun(store.db, { ...claim, jobId: "job", retryCount: 9 })).toBeUndefined();
  });
});
