import { pino } from "pino";
import { describe, expect, it } from "vitest";
import type { Db } from "../../../src/db/connect.ts";
import { claimRun } from "../../../src/db/open-pr-store.ts";
import { AppError } from "../../../src/errors.ts";
import { RescheduleError } from "../../../src/github/github-errors.ts";
import { type Fence, FenceLost } from "../../../src/jobs/open-pr/fence.ts";
import { requeue, settleTrouble } from "../../../src/jobs/open-pr/settle-trouble.ts";
import { type ConfigRepoJob, jobIdOf, type OpenPrJob } from "../../../src/queue/job-data.ts";
import { useStore } from "../../db/store-fixtures.ts";
import { createFakeClock } from "../../support/fake-clock.ts";
import { aRun } from "../../support/job-run.ts";
import { type RunningAttempt, startAttempt } from "./running-attempt.ts";

const store = useStore();
const UNTIL = new Date("2026-11-22T13:00:00.000Z");
const limited = () => new RescheduleError(UNTIL, "rate_limited");

const setUp = async (queueAnswers: () => Promise<void> = async () => undefined) => {
  const attempt = await startAttempt(store.db);
  const sent: { job: ConfigRepoJob; startAfter: Date | undefined }[] = [];
  const logged: Record<string, unknown>[] = [];
  const deps = {
    db: store.db,
    queue: {
      send: async (_trx: Db, job: ConfigRepoJob, startAfter?: Date) => {
        sent.push({ job, startAfter });
        await queueAnswers();
      },
    },
    clock: createFakeClock("2026-11-22T12:00:00.000Z"),
    redact: (text: string) => text.replaceAll("hush", "[redacted]"),
  };
  const settle = (
    error: unknown,
    { fence = attempt.fence, job = attempt.job }: { fence?: Fence; job?: OpenPrJob } = {},
  ) =>
    settleTrouble(deps, error, {
      fence,
      job,
      progress: { step: "push_branch", started_ms: Date.parse("2026-11-22T11:59:58.000Z") },
      run: aRun({ retryCount: 1 }),
      log: pino({}, { write: (line: string) => void logged.push(JSON.parse(line)) }),
    });
  return { ...attempt, deps, settle, sent, logged };
};

const unchanged = async (attempt: RunningAttempt) => {
  expect(await attempt.row()).toMatchObject({
    open_pr_state: "running",
    open_pr_run: attempt.fence.run,
    pr_open_error: null,
    open_pr_next_at: null,
  });
  expect(await attempt.events()).toEqual([]);
};

describe("a failure", () => {
  const refused = new AppError("PUSH_REJECTED", "GH013: hush", { reason: "rule" });

  it("is written to the row and the timeline without secrets, and ends the attempt", async () => {
    const attempt = await setUp();
    expect(await attempt.settle(refused)).toBe("PUSH_REJECTED");
    expect(await attempt.row()).toMatchObject({
      status: "pending",
      open_pr_state: "failed",
      open_pr_run: null,
      pr_open_error: "PUSH_REJECTED: GH013: [redacted]",
    });
    expect(await attempt.events()).toMatchObject([
      {
        kind: "open_pr_failed",
        data: { attempt: 1, code: "PUSH_REJECTED", reason: "rule", message: "GH013: [redacted]" },
      },
    ]);
    expect(attempt.logged).toMatchObject([
      { event: "pr_open_failed", error_code: "PUSH_REJECTED", step: "push_branch", duration_ms: 2_000 },
    ]);
  });

  it("of a run without the fence is written nowhere, and is no failure in log and metrics", async () => {
    const attempt = await setUp();
    expect(await attempt.settle(refused, { fence: attempt.stale })).toBe("no_longer_pending");
    await unchanged(attempt);
    expect(attempt.logged).toMatchObject([{ msg: "another run of this attempt goes on" }]);
  });

  it("that can't be written down is in the log all the same, and the job is run again", async () => {
    const attempt = await setUp();
    const fence = { ...attempt.fence, proposalId: "not one of PostgreSQL's ids" };
    await expect(attempt.settle(refused, { fence })).rejects.toThrow("uuid");
    await unchanged(attempt);
    expect(attempt.logged).toMatchObject([
      { error_code: "PUSH_REJECTED", msg: "a failure could not be written down; the job is run again" },
    ]);
    expect(attempt.logged[0]?.err).toMatchObject({ code: "PUSH_REJECTED" });
  });

  it("is cut where it is long, and stays text that can be stored", async () => {
    const attempt = await setUp();
    await attempt.settle(new AppError("CLONE_FAILED", `${"x".repeat(1_999)}😀 and more`));
    const message = `${(await attempt.row()).pr_open_error}`;
    expect(message).toBe(`CLONE_FAILED: ${"x".repeat(1_999)}\ufffd`);
  });
});

describe("a wait", () => {
  it("goes on in another job at that time: row, job and timeline say so together", async () => {
    const attempt = await setUp();
    expect(await attempt.settle(limited())).toBe("waiting");
    const sequel = { ...attempt.job, sequel: 1, waits: 1, first_wait_at: "2026-11-22T12:00:00.000Z" };
    expect(await attempt.row()).toMatchObject({ open_pr_state: "waiting", open_pr_next_at: UNTIL });
    expect(attempt.sent).toEqual([{ job: sequel, startAfter: UNTIL }]);
    const claim = { proposalId: attempt.id, attempt: 1, jobId: jobIdOf(sequel), retryCount: 0 };
    await store.db
      .updateTable("proposals")
      .set({ open_pr_next_at: new Date(0) })
      .where("id", "=", attempt.id)
      .execute();
    expect(await claimRun(store.db, claim), "the fence is that job's").toBeDefined();
    expect(attempt.logged).toMatchObject([
      { msg: "the attempt waits for GitHub", until: UNTIL.toISOString(), waiting_for: "rate_limited" },
    ]);
    expect(await attempt.events()).toMatchObject([
      {
        kind: "open_pr_waiting",
        data: { attempt: 1, waiting_for: "rate_limited", next_at: UNTIL.toISOString() },
      },
    ]);
  });

  it("after others counts on, and keeps the time of the first", async () => {
    const attempt = await setUp();
    const job = { ...attempt.job, sequel: 3, waits: 2, first_wait_at: "2026-11-22T11:30:00.000Z" };
    await attempt.settle(limited(), { job });
    expect(attempt.sent[0]?.job).toEqual({ ...job, sequel: 4, waits: 3 });
  });

  it("of a run without the fence sends no job", async () => {
    const attempt = await setUp();
    await attempt.settle(limited(), { fence: attempt.stale });
    expect(attempt.sent).toEqual([]);
    await unchanged(attempt);
  });

  it("that can't be enqueued changes nothing, and the queue runs the job again", async () => {
    const attempt = await setUp(() => Promise.reject(new AppError("QUEUE_UNAVAILABLE", "no queue")));
    await expect(attempt.settle(limited())).rejects.toThrow("no queue");
    await unchanged(attempt);
  });
});

describe("a lost fence", () => {
  it("ends the run without a word to anybody but the log", async () => {
    const attempt = await setUp();
    expect(await attempt.settle(new FenceLost("job:0"))).toBe("no_longer_pending");
    await unchanged(attempt);
    expect(attempt.sent).toEqual([]);
    expect(attempt.logged).toMatchObject([{ msg: "another run of this attempt goes on" }]);
  });
});

describe("trouble of this service", () => {
  it("is left to the queue", async () => {
    const attempt = await setUp();
    const error = new TypeError("x is not a function");
    await expect(attempt.settle(error)).rejects.toBe(error);
    await unchanged(attempt);
  });
});

describe("a cluster that moved to another repository", () => {
  it("has the same attempt go on there, without a wait", async () => {
    const attempt = await setUp();
    await requeue(attempt.deps, attempt.fence, attempt.job, "elsewhere");
    expect(await attempt.row()).toMatchObject({ open_pr_state: "queued", open_pr_next_at: null });
    const sequel = { ...attempt.job, config_repo_id: "elsewhere", sequel: 1 };
    expect(attempt.sent).toEqual([{ job: sequel, startAfter: undefined }]);
    const claim = { proposalId: attempt.id, attempt: 1, jobId: jobIdOf(sequel), retryCount: 0 };
    expect(await claimRun(store.db, claim), "the fence is that job's").toBeDefined();
    expect(await attempt.events()).toMatchObject([
      { kind: "open_pr_requeued", data: { attempt: 1, config_repo_id: "elsewhere" } },
    ]);
  });

  it("does nothing in a run without the fence", async () => {
    const attempt = await setUp();
    await requeue(attempt.deps, attempt.stale, attempt.job, "elsewhere");
    expect(attempt.sent).toEqual([]);
    await unchanged(attempt);
  });
});
