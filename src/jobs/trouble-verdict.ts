import { isDatabaseUnavailable } from "../db/db-errors.ts";
import { AppError, isWorkerCode, type WorkerCode } from "../errors.ts";
import { GitError } from "../git/transport.ts";
import { RescheduleError } from "../github/github-errors.ts";
import { RunLost } from "../queue/run-lost.ts";
import type { JobRun } from "../queue/work-queues.ts";
import { describeGit } from "./describe-git.ts";
import { FenceLost } from "./open-pr/fence.ts";

/** How often, and for how long in all, one attempt waits for GitHub before it gives up with a code. */
export const WAITS_MAX = 5;
export const WAITING_MS_MAX = 2 * 60 * 60 * 1000;

export type Verdict =
  /** Somebody else moved on. */
  | { kind: "stop" }
  /** Not the proposal's fault: the queue runs the job again. */
  | { kind: "again" }
  | { kind: "wait"; until: Date; waitingFor: string }
  | { kind: "failed"; code: WorkerCode; message: string; reason: string | null };

/** What an error means for the run it ended. */
export const judge = (
  error: unknown,
  run: Pick<JobRun, "signal" | "lastRun">,
  waited: { waits: number; first_wait_at: string | null },
  now_ms: number,
): Verdict => {
  if (error instanceof FenceLost || error instanceof RunLost) return { kind: "stop" };
  if (error instanceof RescheduleError) return judgeWait(error, waited, now_ms);
  if (run.signal.aborted || isDatabaseUnavailable(error)) return againOr(run, unexpected(error));
  if (error instanceof GitError)
    return { kind: "failed", code: "CLONE_FAILED", reason: error.kind, message: describeGit(error) };
  if (error instanceof AppError && isWorkerCode(error.code)) {
    return { kind: "failed", code: error.code, message: error.message, reason: error.reason ?? null };
  }
  return againOr(run, unexpected(error));
};

/** Whether an attempt goes on waiting, or gives up. */
export const judgeWait = (
  error: { until: Date; message?: string; reason?: string | undefined },
  waited: { waits: number; first_wait_at: string | null },
  now_ms: number,
): Verdict => {
  const since_ms = waited.first_wait_at === null ? now_ms : Date.parse(waited.first_wait_at);
  if (waited.waits >= WAITS_MAX || error.until.getTime() - since_ms > WAITING_MS_MAX) {
    return {
      kind: "failed",
      code: "GITHUB_API_FAILED",
      reason: error.reason ?? null,
      message: `${error.message ?? ""} This is longer than an attempt waits; press again after that time.`,
    };
  }
  return { kind: "wait", until: error.until, waitingFor: error.reason ?? "github" };
};

const againOr = (run: Pick<JobRun, "lastRun">, last: Verdict): Verdict =>
  run.lastRun ? last : { kind: "again" };

const unexpected = (error: unknown): Verdict => ({
  kind: "failed",
  code: "GITHUB_API_FAILED",
  reason: "unexpected",
  message: `The job failed for a reason of this service, not of the proposal: ${error instanceof Error ? error.message : String(error)}. Press again; if it stays so, see the log.`,
});
