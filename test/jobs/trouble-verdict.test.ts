import pg from "pg";
import { describe, expect, it } from "vitest";
import { AppError, WORKER_CODES } from "../../src/errors.ts";
import { GitError } from "../../src/git/transport.ts";
import { GithubApiError, RescheduleError, UncertainWriteError } from "../../src/github/github-errors.ts";
import { FenceLost } from "../../src/jobs/open-pr/fence.ts";
import { judge, WAITING_MS_MAX, WAITS_MAX } from "../../src/jobs/trouble-verdict.ts";

const NOW_MS = Date.parse("2026-11-22T12:00:00.000Z");
const HOUR_MS = 3_600_000;
const at = (ms: number): Date => new Date(NOW_MS + ms);

const run = (changes: { aborted?: boolean; lastRun?: boolean } = {}) => ({
  signal: changes.aborted
    ? AbortSignal.abort(new Error("the process is stopping"))
    : new AbortController().signal,
  lastRun: changes.lastRun ?? false,
});
const notWaitedYet = { waits: 0, first_wait_at: null };
const verdictOn = (
  error: unknown,
  changes: Parameters<typeof run>[0] = {},
  waited: Parameters<typeof judge>[2] = notWaitedYet,
) => judge(error, run(changes), waited, NOW_MS);

const databaseGone = () => Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED" });
const shutDown = () => {
  const error = new pg.DatabaseError("terminating connection", 1, "error");
  return Object.assign(error, { severity: "FATAL", code: "57P01" });
};

describe("a lost fence", () => {
  it("stops the run, whatever else is the case", () => {
    expect(verdictOn(new FenceLost("job:0"), { aborted: true, lastRun: true })).toEqual({ kind: "stop" });
  });
});

describe("trouble that is not the proposal's fault", () => {
  it.each<[string, unknown, Parameters<typeof run>[0]]>([
    ["a database that is gone", databaseGone(), {}],
    ["a database that shuts down", shutDown(), {}],
    ["the end of the process", new Error("the process is stopping"), { aborted: true }],
    ["the end of the process, as git tells it", new GitError("aborted", "aborted"), { aborted: true }],
    [
      "the end of the process, in the middle of a request",
      new GithubApiError("cut off", null),
      { aborted: true },
    ],
    ["a mistake of this program", new TypeError("x is not a function"), {}],
    ["a code only the API knows", new AppError("QUEUE_UNAVAILABLE", "no queue"), {}],
    ["what is not even an error", "oops", {}],
  ])("has the job run again: %s", (_what, error, changes) => {
    expect(verdictOn(error, changes)).toEqual({ kind: "again" });
  });

  it("gets a code when no run follows", () => {
    for (const error of [databaseGone(), new TypeError("x is not a function"), "oops"]) {
      expect(verdictOn(error, { lastRun: true })).toEqual({
        kind: "failed",
        code: "GITHUB_API_FAILED",
        reason: "unexpected",
        message: expect.stringMatching(/for a reason of this service.*Press again/s),
      });
    }
    expect(verdictOn(new TypeError("x is not a function"), { lastRun: true })).toMatchObject({
      message: expect.stringContaining("x is not a function"),
    });
  });
});

describe("a final answer", () => {
  it.each(WORKER_CODES)("%s is the code it was thrown with, on the first run already", (code) => {
    expect(verdictOn(new AppError(code, "Because.", { reason: "why" }))).toEqual({
      kind: "failed",
      code,
      message: "Because.",
      reason: "why",
    });
    expect(verdictOn(new AppError(code, "Because."))).toMatchObject({ code, reason: null });
  });

  it("of GitHub says its status, and an uncertain write that it is uncertain", () => {
    expect(verdictOn(new GithubApiError("Validation Failed", 422))).toMatchObject({
      code: "GITHUB_API_FAILED",
      reason: "http_422",
    });
    expect(verdictOn(new UncertainWriteError(new Error("socket hang up")))).toMatchObject({
      code: "GITHUB_API_FAILED",
      reason: "uncertain",
    });
  });

  it("of git is CLONE_FAILED with its kind, what to do, and what the remote said", () => {
    expect(verdictOn(new GitError("forbidden", "HTTP 403: no access"))).toEqual({
      kind: "failed",
      code: "CLONE_FAILED",
      reason: "forbidden",
      message: expect.stringMatching(/^GitHub refused access for git\. .*\(HTTP 403: no access\)$/),
    });
  });
});

describe("a wait that GitHub asks for", () => {
  const wait = (until: Date) => new RescheduleError(until, "rate_limited");

  it("is sat out in another job, at the time that was named", () => {
    expect(verdictOn(wait(at(HOUR_MS)))).toEqual({
      kind: "wait",
      until: at(HOUR_MS),
      waitingFor: "rate_limited",
    });
    expect(verdictOn(new RescheduleError(at(HOUR_MS), "unreachable"))).toMatchObject({
      waitingFor: "unreachable",
    });
  });

  it("is sat out by a run that is the last, and one that is being stopped", () => {
    expect(verdictOn(wait(at(HOUR_MS)), { lastRun: true, aborted: true })).toMatchObject({ kind: "wait" });
  });

  it("is granted five times in one attempt", () => {
    expect(WAITS_MAX).toBe(5);
    const first_wait_at = at(0).toISOString();
    expect(verdictOn(wait(at(60_000)), {}, { waits: 4, first_wait_at })).toMatchObject({ kind: "wait" });
    expect(verdictOn(wait(at(60_000)), {}, { waits: 5, first_wait_at })).toEqual({
      kind: "failed",
      code: "GITHUB_API_FAILED",
      reason: "rate_limited",
      message: expect.stringMatching(/until 2026-11-22T12:01:00.000Z.*press again after that time/),
    });
  });

  it("is granted up to two hours after the first one began", () => {
    expect(WAITING_MS_MAX).toBe(2 * HOUR_MS);
    expect(verdictOn(wait(at(2 * HOUR_MS)))).toMatchObject({ kind: "wait" });
    expect(verdictOn(wait(at(2 * HOUR_MS + 1)))).toMatchObject({ kind: "failed" });

    const waited = { waits: 1, first_wait_at: at(-1.5 * HOUR_MS).toISOString() };
    expect(verdictOn(wait(at(0.5 * HOUR_MS)), {}, waited)).toMatchObject({ kind: "wait" });
    expect(verdictOn(wait(at(0.5 * HOUR_MS + 1)), {}, waited)).toMatchObject({ kind: "failed" });
  });
});
