import { beforeEach, describe, expect, it } from "vitest";
import {
  type Claim,
  claimRun,
  countInFlight,
  failAbandoned,
  handOver,
  holdsFence,
  listInFlight,
  markQueued,
  markRejected,
  type RecordedPull,
  recordFailure,
  recordOpened,
  runOf,
  storeCommits,
} from "../../src/db/open-pr-store.ts";
import { findProposal } from "../../src/db/proposals-store.ts";
import { addReadyProposal } from "../actions/action-fixtures.ts";
import { useStore } from "./store-fixtures.ts";

const store = useStore();
const facts = {
  url: "https://github.com/acme/configs/pull/1",
  number: 1,
  state: "open" as const,
  draft: true,
  baseRef: "main",
  updatedAt: new Date("2026-11-01T10:00:00Z"),
};
const commits = { branch: "relyloop/x", baseSha: "a".repeat(40), headSha: "b".repeat(40), attempt: 1 };
const failure = { code: "CLONE_FAILED" as const, message: "no answer" };

let id: string;
let pull: RecordedPull;
const claim = (changes: Partial<Claim> = {}): Claim => ({
  proposalId: id,
  attempt: 1,
  jobId: "job",
  retryCount: 0,
  ...changes,
});
const row = async () => {
  const found = await findProposal(store.db, id);
  if (found === undefined) throw new Error("it was just added");
  return found;
};

beforeEach(async () => {
  const ready = await addReadyProposal(store.db);
  ({ id } = ready);
  pull = { ...facts, configRepoId: ready.configRepoId };
});

describe("a press", () => {
  it("counts the attempt and takes the last error away", async () => {
    await markQueued(store.db, id);
    await claimRun(store.db, claim());
    await recordFailure(store.db, id, "job:0", failure);
    expect(await row()).toMatchObject({ open_pr_state: "failed", pr_open_error: "CLONE_FAILED: no answer" });

    const queued = await markQueued(store.db, id);

    expect(queued).toMatchObject({
      open_pr_state: "queued",
      open_pr_attempt: 2,
      pr_open_error: null,
      open_pr_run: null,
    });
  });

  it("adds nothing while an attempt is under way", async () => {
    const presses = await Promise.all(Array.from({ length: 5 }, () => markQueued(store.db, id)));
    expect(presses.filter(Boolean)).toHaveLength(1);

    await claimRun(store.db, claim());
    expect(await markQueued(store.db, id)).toBeUndefined();
    await handOver(store.db, id, "job:0", { jobId: "sequel", until: new Date("2030-01-01T00:00:00Z") });
    expect(await markQueued(store.db, id)).toBeUndefined();
    expect((await row()).open_pr_attempt).toBe(1);
  });

  it("does nothing to a proposal that isn't pending", async () => {
    await markRejected(store.db, id, "no");

    expect(await markQueued(store.db, id)).toBeUndefined();
  });
});

describe("a claim", () => {
  it("takes the fence, and a later run of the job takes it over", async () => {
    await markQueued(store.db, id);
    expect(await claimRun(store.db, claim())).toMatchObject({
      open_pr_state: "running",
      open_pr_run: "job:0",
    });

    expect(await claimRun(store.db, claim({ retryCount: 2 }))).toMatchObject({ open_pr_run: "job:2" });
    expect(await claimRun(store.db, claim({ retryCount: 1 })), "a run that slept").toBeUndefined();
    expect(await claimRun(store.db, claim({ retryCount: 10 })), "ten is more than two").toBeDefined();
    expect(await holdsFence(store.db, id, runOf(claim({ retryCount: 10 })))).toBe(true);
    expect(await holdsFence(store.db, id, "job:2")).toBe(false);
  });

  it("is refused to another attempt, before a press, and after the end", async () => {
    expect(await claimRun(store.db, claim())).toBeUndefined();
    await markQueued(store.db, id);
    expect(await claimRun(store.db, claim({ attempt: 2 }))).toBeUndefined();
    expect(await claimRun(store.db, claim({ attempt: 0 }))).toBeUndefined();
    await claimRun(store.db, claim());
    await recordFailure(store.db, id, "job:0", failure);
    expect(await claimRun(store.db, claim({ retryCount: 1 }))).toBeUndefined();
  });

  it("is refused until the time the attempt waits for", async () => {
    await markQueued(store.db, id);
    await claimRun(store.db, claim());
    await handOver(store.db, id, "job:0", { jobId: "sequel", until: new Date(Date.now() + 3_600_000) });
    expect(await claimRun(store.db, claim({ jobId: "sequel" }))).toBeUndefined();

    await store.db
      .updateTable("proposals")
      .set({ open_pr_next_at: new Date(0) })
      .where("id", "=", id)
      .execute();
    expect(await claimRun(store.db, claim({ jobId: "sequel" }))).toMatchObject({
      open_pr_run: "sequel:0",
      open_pr_next_at: null,
    });
  });
});

describe("a run without the fence", () => {
  it("changes nothing", async () => {
    await markQueued(store.db, id);
    await claimRun(store.db, claim({ retryCount: 1 }));
    const before = await row();

    expect(await storeCommits(store.db, id, "job:0", commits)).toBe(false);
    expect(await recordOpened(store.db, id, "job:0", pull)).toBe(false);
    expect(await recordFailure(store.db, id, "job:0", failure)).toBe(false);
    expect(await handOver(store.db, id, "job:0", { jobId: "sequel", until: null })).toBe(false);
    expect(await row()).toEqual(before);
  });

  it("is also one whose proposal was rejected meanwhile", async () => {
    await markQueued(store.db, id);
    await claimRun(store.db, claim());
    await markRejected(store.db, id, "no");

    expect(await holdsFence(store.db, id, "job:0")).toBe(false);
    expect(await recordOpened(store.db, id, "job:0", pull)).toBe(false);
    expect(await row()).toMatchObject({ status: "rejected", pr_url: null, open_pr_state: "idle" });
  });
});

describe("a run with the fence", () => {
  beforeEach(async () => {
    await markQueued(store.db, id);
    await claimRun(store.db, claim());
  });

  it("stores its commits before it pushes them", async () => {
    expect(await storeCommits(store.db, id, "job:0", commits)).toBe(true);
    expect(await row()).toMatchObject({
      pr_branch: "relyloop/x",
      pr_base_sha: commits.baseSha,
      pr_head_sha: commits.headSha,
      pr_head_attempt: 1,
    });
  });

  it("records the pull request once, and lets go", async () => {
    expect(await recordOpened(store.db, id, "job:0", pull)).toBe(true);
    expect(await recordOpened(store.db, id, "job:0", { ...pull, number: 2 })).toBe(false);
    expect(await row()).toMatchObject({
      status: "pr_opened",
      pr_url: pull.url,
      pr_number: 1,
      pr_config_repo_id: pull.configRepoId,
      pr_state: "open",
      pr_draft: true,
      pr_base_ref: "main",
      pr_updated_at: pull.updatedAt,
      open_pr_state: "idle",
      open_pr_run: null,
      pr_open_error: null,
    });
  });

  it("goes on in another job, now or at a time", async () => {
    expect(await handOver(store.db, id, "job:0", { jobId: "sequel", until: null })).toBe(true);
    expect(await row()).toMatchObject({ open_pr_state: "queued", open_pr_next_at: null });
    // Only that job may claim it: a re-run of this one would be a second one at work.
    expect(await claimRun(store.db, claim({ retryCount: 1 }))).toBeUndefined();
    expect(await claimRun(store.db, claim({ jobId: "sequel" }))).toMatchObject({ open_pr_run: "sequel:0" });
  });
});

describe("the sweep", () => {
  it("sees what is under way, and fails it only as it was seen", async () => {
    await markQueued(store.db, id);
    const seen = (await listInFlight(store.db, 1_000)).find((proposal) => proposal.id === id);
    if (seen === undefined) throw new Error("a queued proposal is under way");
    expect((await countInFlight(store.db)).get("queued")).toBeGreaterThan(0);

    await claimRun(store.db, claim());
    expect(await failAbandoned(store.db, seen, failure)).toBe(false);
    expect(await failAbandoned(store.db, { ...seen, open_pr_run: "job:0" }, failure)).toBe(true);
    expect(await row()).toMatchObject({ open_pr_state: "failed", pr_open_error: "CLONE_FAILED: no answer" });
    expect(await failAbandoned(store.db, { ...seen, open_pr_run: null }, failure)).toBe(false);
  });
});

describe("a rejection", () => {
  it("happens once, to pending and opened proposals", async () => {
    expect(await markRejected(store.db, id, "no")).toMatchObject({
      status: "rejected",
      rejected_reason: "no",
    });
    expect(await markRejected(store.db, id, "again")).toBeUndefined();
    expect((await row()).rejected_reason).toBe("no");
  });

  it("is not for merged ones", async () => {
    await markQueued(store.db, id);
    await claimRun(store.db, claim());
    await recordOpened(store.db, id, "job:0", pull);
    const merged = { status: "pr_merged" as const, pr_merged_at: new Date() };
    await store.db.updateTable("proposals").set(merged).where("id", "=", id).execute();

    expect(await markRejected(store.db, id, "no")).toBeUndefined();
  });
});
