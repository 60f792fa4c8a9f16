import { pino } from "pino";
import { describe, expect, it } from "vitest";
import type { Db } from "../../../src/db/connect.ts";
import { AppError } from "../../../src/errors.ts";
import { GithubApiError, RescheduleError } from "../../../src/github/github-errors.ts";
import { settleCloseTrouble } from "../../../src/jobs/close-pr/settle-close-trouble.ts";
import { FenceLost } from "../../../src/jobs/open-pr/fence.ts";
import { type ClosePrJob, type ConfigRepoJob, closePrJob, sequelOf } from "../../../src/queue/job-data.ts";
import { useStore } from "../../db/store-fixtures.ts";
import { createFakeClock } from "../../support/fake-clock.ts";
import { aRun } from "../../support/job-run.ts";
import { rejectProposal } from "./rejected-proposal.ts";

const store = useStore();
const UNTIL = new Date("2026-11-22T13:00:00.000Z");

const setUp = async () => {
  const { id, configRepoId, events } = await rejectProposal(store.db);
  const job = closePrJob({
    proposal_id: id,
    config_repo_id: configRepoId,
    actor: null,
    cause: "reject",
    request_id: "r",
  });
  const sent: { job: ConfigRepoJob; startAfter: Date | undefined }[] = [];
  const clock = createFakeClock("2026-11-22T12:00:00.000Z");
  const deps = {
    db: store.db,
    queue: {
      send: async (_trx: Db, sequel: ConfigRepoJob, startAfter?: Date) =>
        void sent.push({ job: sequel, startAfter }),
    },
    clock,
    redact: (text: string) => text.replaceAll("hush", "[redacted]"),
  };
  const settle = (error: unknown, { lastRun = false, of = job as ClosePrJob } = {}) =>
    settleCloseTrouble(deps, error, {
      job: of,
      run: aRun({ lastRun }),
      log: pino({ level: "silent" }),
    });
  return { job, sent, clock, events, settle };
};

describe("cleaning up that meets trouble", () => {
  it("waits as long as GitHub asks for in a job of its own", async () => {
    const { job, sent, clock, settle, events } = await setUp();
    await settle(new RescheduleError(UNTIL, "rate_limited"));
    expect(sent).toEqual([{ job: sequelOf(job, clock.now()), startAfter: UNTIL }]);
    expect(await events()).toEqual([]);
  });

  it("tells the timeline when it has waited often enough: the sweep comes back for it", async () => {
    const { job, sent, settle, events } = await setUp();
    await settle(new RescheduleError(UNTIL, "rate_limited"), {
      of: { ...job, waits: 5, first_wait_at: "2026-11-22T11:59:00.000Z" },
    });
    expect(sent).toEqual([]);
    expect(await events()).toMatchObject([
      { kind: "close_pr_failed", data: { code: "GITHUB_API_FAILED", reason: "rate_limited" } },
    ]);
  });

  it("is run again by the queue, and tells when no run follows", async () => {
    const { settle, events } = await setUp();
    const error = new GithubApiError("hush", 500);
    await expect(settle(error)).rejects.toBe(error);
    expect(await events()).toEqual([]);
    await settle(error, { lastRun: true });
    expect(await events()).toMatchObject([
      {
        kind: "close_pr_failed",
        data: { code: "GITHUB_API_FAILED", reason: "http_500", message: "[redacted]" },
      },
    ]);
  });

  it("is not run again where the app may not write any more", async () => {
    const { settle, events } = await setUp();
    await settle(new AppError("GITHUB_NOT_CONFIGURED", "suspended", { reason: "suspended" }));
    expect(await events()).toMatchObject([
      { kind: "close_pr_failed", data: { code: "GITHUB_NOT_CONFIGURED", reason: "suspended" } },
    ]);
  });

  it("is told once, however often the sweep comes back, until something else is wrong", async () => {
    const { settle, events } = await setUp();
    const suspended = new AppError("GITHUB_NOT_CONFIGURED", "suspended", { reason: "suspended" });
    for (let sweep = 0; sweep < 4; sweep++) await settle(suspended);
    await settle(new GithubApiError("broken", 500), { lastRun: true });
    await settle(new GithubApiError("broken in other words", 500), { lastRun: true });
    await settle(suspended);
    expect((await events()).map(({ data }) => (data as { reason: string }).reason)).toEqual([
      "suspended",
      "http_500",
      "suspended",
    ]);
  });

  it("stops silently where the proposal is not rejected, and leaves what is this service's to the queue", async () => {
    const { settle, events, sent } = await setUp();
    await settle(new FenceLost("close_pr"));
    const bug = new TypeError("x is not a function");
    await expect(settle(bug)).rejects.toBe(bug);
    expect(await events()).toEqual([]);
    expect(sent).toEqual([]);
  });
});
