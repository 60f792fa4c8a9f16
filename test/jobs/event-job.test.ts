import { randomUUID } from "node:crypto";
import { pino } from "pino";
import { describe, expect, it } from "vitest";
import { AppError } from "../../src/errors.ts";
import { GithubApiError, RescheduleError } from "../../src/github/github-errors.ts";
import { createEventJob, type EventOutcome } from "../../src/jobs/event-job.ts";
import { createMetrics } from "../../src/metrics.ts";
import { type MirrorPrJob, mirrorPrJob } from "../../src/queue/event-jobs.ts";
import { type Job, jobIdOf } from "../../src/queue/job-data.ts";
import { RunLost } from "../../src/queue/run-lost.ts";
import { useStore } from "../db/store-fixtures.ts";
import { createFakeClock } from "../support/fake-clock.ts";
import { aRun } from "../support/job-run.ts";

const store = useStore();
const NOW = "2026-11-22T12:00:00.000Z";

/** One job of one delivery, as it was taken in, with what it sent on. */
const setUp = async (handle: () => Promise<EventOutcome>) => {
  const delivery_id = randomUUID();
  const job = mirrorPrJob({
    proposal_id: randomUUID(),
    cause: `${delivery_id}:1`,
    delivery_id,
    asked_at: NOW,
    request_id: "r",
    said: null,
  });
  await store.db
    .insertInto("webhook_deliveries")
    .values({ delivery_id, event: "pull_request", body_sha256: "a".repeat(64), jobs: [jobIdOf(job)] })
    .execute();
  const sent: { job: Job; startAfter: Date | undefined }[] = [];
  const metrics = createMetrics();
  const run = createEventJob<MirrorPrJob>(
    {
      db: store.db,
      queue: { send: async (_trx, next, startAfter) => void sent.push({ job: next, startAfter }) },
      clock: createFakeClock(NOW),
      log: pino({ level: "silent" }),
      metrics,
      redact: (text) => text.replaceAll("hush", "[redacted]"),
    },
    handle,
  );
  const delivery = () =>
    store.db
      .selectFrom("webhook_deliveries")
      .select(["status", "error", "jobs"])
      .where("delivery_id", "=", delivery_id)
      .executeTakeFirstOrThrow();
  const runOf = (retryCount: number, signal = new AbortController().signal) =>
    aRun({ id: jobIdOf(job), retryCount, lastRun: retryCount === 5, signal });
  return { job, run, runOf, sent, delivery };
};

const later = (ms: number) => new Date(Date.parse(NOW) + ms);

describe("a job that answers to an event", () => {
  it("makes its delivery processed once it has ended, also when it is run again", async () => {
    const { job, run, runOf, sent, delivery } = await setUp(async () => "done");
    await run(job, runOf(0));
    await run(job, runOf(1));
    expect(await delivery()).toEqual({ status: "processed", error: null, jobs: [] });
    expect(sent).toEqual([]);
  });

  it("leaves it received while another job of it has not ended", async () => {
    const { job, run, runOf, delivery } = await setUp(async () => "done");
    const other = randomUUID();
    await store.db
      .updateTable("webhook_deliveries")
      .set({ jobs: [jobIdOf(job), other] })
      .where("delivery_id", "=", job.delivery_id ?? "")
      .execute();
    await run(job, runOf(0));
    expect(await delivery()).toEqual({ status: "received", error: null, jobs: [other] });
  });

  it("looks again after 2, 5 and 15 s while GitHub lags, and then takes GitHub's word", async () => {
    const { job, run, runOf, sent, delivery } = await setUp(async () => "lagging");
    let next: MirrorPrJob = job;
    for (const wait_ms of [2_000, 5_000, 15_000]) {
      await run(next, runOf(0));
      const last = sent.at(-1);
      expect(last?.startAfter).toEqual(later(wait_ms));
      expect(await delivery()).toMatchObject({ status: "received" });
      next = last?.job as MirrorPrJob;
    }
    await run(next, runOf(0));
    expect(new Set(sent.map(({ job: one }) => jobIdOf(one))).size).toBe(3);
    expect(await delivery()).toEqual({ status: "processed", error: null, jobs: [] });
  });

  it("goes on at the time GitHub names, and not for ever", async () => {
    const until = later(600_000);
    const { job, run, runOf, sent, delivery } = await setUp(async () => {
      throw new RescheduleError(until, "rate_limited");
    });
    await run(job, runOf(0));
    expect(sent).toMatchObject([{ startAfter: until, job: { waits: 1, first_wait_at: NOW } }]);
    await run({ ...job, sequel: 5, waits: 5, first_wait_at: NOW }, runOf(0));
    expect(sent).toHaveLength(1);
    expect(await delivery()).toMatchObject({ status: "failed" });
  });

  it("ends quietly where the app has no access any more", async () => {
    const { job, run, runOf, delivery } = await setUp(async () => {
      throw new AppError("GITHUB_NOT_CONFIGURED", "gone", { reason: "uninstalled" });
    });
    await run(job, runOf(0));
    expect(await delivery()).toMatchObject({ status: "processed" });
  });

  it("is run again after trouble, and after the last run its delivery failed, without secrets", async () => {
    const { job, run, runOf, delivery } = await setUp(async () => {
      throw new GithubApiError("GitHub said hush\u0000", 500);
    });
    await expect(run(job, runOf(0))).rejects.toThrow("GitHub said");
    expect(await delivery()).toMatchObject({ status: "received" });
    await run(job, runOf(5));
    const { status, error } = await delivery();
    expect(status).toBe("failed");
    expect(error).toContain("GitHub said [redacted]");
    expect(error).not.toContain("hush");
  });

  it("that was handed back by a stopping process is run again, whatever run it was", async () => {
    const { job, run, runOf, delivery } = await setUp(async () => {
      throw new Error("stopped");
    });
    await expect(run(job, runOf(5, AbortSignal.abort()))).rejects.toThrow("stopped");
    expect(await delivery()).toMatchObject({ status: "received" });
  });
});

describe("a run whose job another worker has by now", () => {
  it("ends quietly, and leaves the delivery to that worker", async () => {
    const { job, run, runOf, sent, delivery } = await setUp(async () => {
      throw new RunLost({ id: "job", retryCount: 0 });
    });
    await run(job, runOf(0));
    expect(sent).toEqual([]);
    expect(await delivery()).toMatchObject({ status: "received" });
  });
});
