import { validate } from "uuid";
import { describe, expect, it } from "vitest";
import { type ClosePrJob, closePrJob, jobIdOf, type OpenPrJob, sequelOf } from "../../src/queue/job-data.ts";

const job: OpenPrJob = {
  kind: "open_pr",
  proposal_id: "0198a0c0-0000-7000-8000-000000000001",
  attempt: 1,
  config_repo_id: "0198a0c0-0000-7000-8000-000000000002",
  actor: { token: "ui", person: "Ada" },
  requested_at: "2026-11-22T12:00:00.000Z",
  request_id: "r-1",
  sequel: 0,
  waits: 0,
  first_wait_at: null,
};
const close: ClosePrJob = closePrJob({
  proposal_id: job.proposal_id,
  config_repo_id: job.config_repo_id,
  actor: null,
  cause: "reject",
  request_id: "r-2",
});

describe("a job's id", () => {
  it("is the same for the same attempt, whoever pressed and whichever repository it is sent to", () => {
    const other: OpenPrJob = {
      ...job,
      config_repo_id: "0198a0c0-0000-7000-8000-000000000003",
      actor: { token: "tuner", person: null },
      requested_at: "2027-01-01T00:00:00.000Z",
      request_id: "r-2",
    };
    expect(jobIdOf(other)).toBe(jobIdOf(job));
    expect(validate(jobIdOf(job))).toBe(true);
  });

  it("stays what it was in an earlier version, so that jobs of before an upgrade are known", () => {
    expect(jobIdOf(job)).toBe("4130a567-8f18-56cc-805b-b538b2911d2d");
    expect(jobIdOf(close)).toBe("9458d19a-b211-5cc2-8e0c-004aa8bc46d5");
  });

  it("is another for another proposal, attempt, sequel or kind, and each cause of cleaning up in each repository", () => {
    const ids = [
      job,
      { ...job, proposal_id: job.config_repo_id },
      { ...job, attempt: 2 },
      { ...job, sequel: 1 },
      close,
      { ...close, sequel: 1 },
      { ...close, config_repo_id: job.proposal_id },
      { ...close, cause: "sweep 1" },
    ].map(jobIdOf);
    expect(new Set(ids).size).toBe(ids.length);
  });
});

describe("a job's sequel", () => {
  const NOW_MS = Date.parse("2026-11-22T12:30:00.000Z");

  it("counts the wait, and keeps when the first one began", () => {
    const first = sequelOf(job, NOW_MS);
    expect(first).toEqual({ ...job, sequel: 1, waits: 1, first_wait_at: "2026-11-22T12:30:00.000Z" });
    const second = sequelOf(first, NOW_MS + 60_000);
    expect(second).toEqual({ ...first, sequel: 2, waits: 2 });
    expect(sequelOf(close, NOW_MS)).toMatchObject({ kind: "close_pr", cause: "reject", sequel: 1, waits: 1 });
  });
});
