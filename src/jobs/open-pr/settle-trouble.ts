import type { Logger } from "pino";
import { appendEvent } from "../../db/events-store.ts";
import { handOver, recordFailure } from "../../db/open-pr-store.ts";
import { jobIdOf, type OpenPrJob, sequelOf } from "../../queue/job-data.ts";
import type { JobRun } from "../../queue/work-queues.ts";
import { judge } from "../trouble-verdict.ts";
import type { Progress } from "./create-step.ts";
import { endQuietly } from "./end-quietly.ts";
import type { Fence } from "./fence.ts";
import type { OpenPrDeps } from "./open-pr-deps.ts";

/** What a proposal's row and its timeline hold of an error at most. */
const MESSAGE_LENGTH_MAX = 2_000;

export type SettleDeps = Pick<OpenPrDeps, "db" | "queue" | "clock" | "redact">;

export interface Troubled {
  job: OpenPrJob;
  run: JobRun;
  fence: Fence;
  progress: Progress;
  log: Logger;
}

/**
 * Ends a run that met trouble: a code on the row, another job later, or nothing when the fence is lost. Each is
 * fenced, so a stale run changes nothing here either.
 * @returns the outcome for the metrics
 * @throws when the queue shall run the job again
 */
export const settleTrouble = async (
  deps: SettleDeps,
  error: unknown,
  troubled: Troubled,
): Promise<string> => {
  const { job, run, fence, log } = troubled;
  const verdict = judge(error, run, job, deps.clock.now());
  switch (verdict.kind) {
    case "stop":
      await endQuietly(deps, job, run, log);
      return "no_longer_pending";
    case "again":
      throw error;
    case "wait":
      log.info({ until: verdict.until, waiting_for: verdict.waitingFor }, "the attempt waits for GitHub");
      await waitUntil(deps, fence, job, verdict);
      return "waiting";
    case "failed":
      if (await fail(deps, error, verdict, troubled)) return verdict.code;
      await endQuietly(deps, job, run, log);
      return "no_longer_pending";
    default:
      throw new TypeError(`unknown verdict ${verdict satisfies never}`);
  }
};

/** @returns false where the failure is not this proposal's any more, and nobody is told */
const fail = async (
  deps: SettleDeps,
  error: unknown,
  { code, reason, ...verdict }: Extract<ReturnType<typeof judge>, { kind: "failed" }>,
  { job, fence, progress, log }: Troubled,
): Promise<boolean> => {
  const message = deps.redact(verdict.message).slice(0, MESSAGE_LENGTH_MAX).toWellFormed();
  const duration_ms = deps.clock.now() - progress.started_ms;
  const facts = { event: "pr_open_failed", error_code: code, reason, step: progress.step, duration_ms };
  const recorded = await deps.db
    .transaction()
    .execute(async (trx) => {
      if (!(await recordFailure(trx, fence.proposalId, fence.run, { code, message }))) return false;
      const data = { attempt: job.attempt, code, reason, message };
      await appendEvent(trx, { proposalId: fence.proposalId, kind: "open_pr_failed", data });
      return true;
    })
    .catch((unwritten: unknown) => {
      log.warn({ error_code: code, err: error }, "a failure could not be written down; the job is run again");
      throw unwritten;
    });
  if (recorded) log.error({ ...facts, err: error }, message);
  return recorded;
};

const waitUntil = (
  deps: SettleDeps,
  fence: Fence,
  job: OpenPrJob,
  { until, waitingFor }: { until: Date; waitingFor: string },
): Promise<void> =>
  deps.db.transaction().execute(async (trx) => {
    const sequel = sequelOf(job, deps.clock.now());
    if (!(await handOver(trx, fence.proposalId, fence.run, { jobId: jobIdOf(sequel), until }))) return;
    await deps.queue.send(trx, sequel, until);
    const data = { attempt: job.attempt, waiting_for: waitingFor, next_at: until.toISOString() };
    await appendEvent(trx, { proposalId: fence.proposalId, kind: "open_pr_waiting", data });
  });

/** The cluster moved to another config repo since the press: the same attempt goes on under that repo's key. */
export const requeue = (
  deps: Pick<SettleDeps, "db" | "queue">,
  fence: Fence,
  job: OpenPrJob,
  configRepoId: string,
): Promise<void> =>
  deps.db.transaction().execute(async (trx) => {
    const sequel = { ...job, config_repo_id: configRepoId, sequel: job.sequel + 1 };
    const jobId = jobIdOf(sequel);
    if (!(await handOver(trx, fence.proposalId, fence.run, { jobId, until: null }))) return;
    await deps.queue.send(trx, sequel);
    const data = { attempt: job.attempt, config_repo_id: configRepoId };
    await appendEvent(trx, { proposalId: fence.proposalId, kind: "open_pr_requeued", data });
  });
