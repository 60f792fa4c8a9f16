import { sql } from "kysely";
import { pino } from "pino";
import { describe, expect, it } from "vitest";
import { markCleaned, markCleanTried, storeHead } from "../../src/db/heads-store.ts";
import { claimRun, handOver, markQueued, markRejected } from "../../src/db/open-pr-store.ts";
import { createSweepStuck } from "../../src/jobs/sweep-stuck.ts";
import { createMetrics } from "../../src/metrics.ts";
import { type ConfigRepoJob, jobIdOf } from "../../src/queue/job-data.ts";
import { addReadyProposal } from "../actions/action-fixtures.ts";
import { addProposal, useStore } from "../db/store-fixtures.ts";
import { createFakeClock } from "../support/fake-clock.ts";
import { startAttempt } from "./open-pr/running-attempt.ts";

const store = useStore();

const setUp = (hasLiveJob: (proposalId: string) => Promise<boolean> = async () => true) => {
  const metrics = createMetrics();
  const sent: ConfigRepoJob[] = [];
  const clock = createFakeClock("2026-11-22T12:00:00.000Z");
  const sweep = createSweepStuck({
    db: store.db,
    queue: { hasLiveJob, send: async (_trx, job) => void sent.push(job as ConfigRepoJob) },
    clock,
    log: pino({ level: "silent" }),
    metrics,
  });
  return { sweep, sent, clock, count: async () => (await metrics.swept.get()).values[0]?.value };
};

describe("the sweep", () => {
  it("gives a code to what is under way without a job, once, and leaves the rest alone", async () => {
    const lost = await startAttempt(store.db);
    const alive = await startAttempt(store.db);
    const idle = await addProposal(store.db);
    const asked: string[] = [];
    const { sweep, count } = setUp(async (id) => {
      asked.push(id);
      return id === alive.id;
    });
    await sweep();
    await sweep();

    expect(await lost.row()).toMatchObject({
      status: "pending",
      open_pr_state: "failed",
      open_pr_run: null,
      pr_open_error: expect.stringMatching(/^GITHUB_API_FAILED: .*press again/),
    });
    expect(await lost.events()).toMatchObject([
      { kind: "open_pr_failed", data: { attempt: 1, code: "GITHUB_API_FAILED", reason: "abandoned" } },
    ]);
    expect(await alive.row()).toMatchObject({ open_pr_state: "running" });
    expect(await alive.events()).toEqual([]);
    expect(asked).not.toContain(idle.id);
    expect(asked.filter((id) => id === lost.id)).toHaveLength(1);
    expect(await count()).toBe(1);
  });

  it("changes nothing when a run began while it looked for the job", async () => {
    const { id } = await addProposal(store.db);
    await markQueued(store.db, id);
    const { sweep } = setUp(async (asked) => {
      if (asked === id) await claimRun(store.db, { proposalId: id, attempt: 1, jobId: "job", retryCount: 0 });
      return asked !== id;
    });
    await sweep();
    const row = await store.db.selectFrom("proposals").selectAll().where("id", "=", id).executeTakeFirst();
    expect(row).toMatchObject({ open_pr_state: "running", open_pr_run: "job:0", pr_open_error: null });
  });

  it("asks after no job that is to begin later", async () => {
    const { id, fence } = await startAttempt(store.db);
    await handOver(store.db, id, fence.run, { jobId: "sequel", until: new Date(Date.now() + 3_600_000) });
    const asked: string[] = [];
    const { sweep } = setUp(async (proposalId) => {
      asked.push(proposalId);
      return true;
    });
    await sweep();
    expect(asked).not.toContain(id);
  });
});

describe("what a rejected proposal left on GitHub", () => {
  /** Of a proposal rejected so many minutes ago, with a head stored, and cleaning tried, before. */
  const leaveBehind = async (minutes: { rejected: number; tried?: number }) => {
    const { id, configRepoId } = await addReadyProposal(store.db);
    const head = { branch: "relyloop/x", base_branch: "main", head_sha: "a".repeat(40), attempt: 1 };
    await storeHead(store.db, { proposal_id: id, config_repo_id: configRepoId, ...head });
    await markRejected(store.db, id, null);
    if (minutes.tried !== undefined) await markCleanTried(store.db, id, configRepoId);
    await sql`UPDATE proposals SET updated_at = now() - ${minutes.rejected} * interval '1 minute' WHERE id = ${id}`.execute(
      store.db,
    );
    await sql`UPDATE proposal_heads SET stored_at = now() - interval '1 day',
      clean_tried_at = now() - ${minutes.tried ?? null}::int * interval '1 minute' WHERE proposal_id = ${id}`.execute(
      store.db,
    );
    return { id, configRepoId };
  };

  it("is cleaned up again after a quarter of an hour, and again a quarter of an hour later", async () => {
    const { id, configRepoId } = await leaveBehind({ rejected: 20, tried: 16 });
    const { sweep, sent, clock } = setUp();
    const ours = () => sent.filter((job) => job.proposal_id === id);
    await sweep();
    expect(ours()).toMatchObject([{ kind: "close_pr", config_repo_id: configRepoId, actor: null }]);

    clock.advance(60_000);
    await sweep();
    expect(new Set(ours().map(jobIdOf)).size, "the same job while it waits in the queue").toBe(1);
    clock.advance(15 * 60_000);
    await sweep();
    expect(new Set(ours().map(jobIdOf)).size).toBe(2);
  });

  it("is left to the jobs of the rejection for a while, and alone once nothing is left", async () => {
    const justRejected = await leaveBehind({ rejected: 10 });
    const justTried = await leaveBehind({ rejected: 60, tried: 10 });
    const cleaned = await leaveBehind({ rejected: 60, tried: 60 });
    await markCleaned(store.db, cleaned.id, cleaned.configRepoId);
    const neverTried = await leaveBehind({ rejected: 60 });
    const { sweep, sent } = setUp();
    await sweep();
    const swept = new Set(sent.map((job) => job.proposal_id));
    expect([justRejected, justTried, cleaned].filter(({ id }) => swept.has(id))).toEqual([]);
    expect(swept.has(neverTried.id)).toBe(true);
  });
});
