import type { Logger } from "pino";
import type { Clock } from "../clock.ts";
import type { Db } from "../db/connect.ts";
import { appendEvent } from "../db/events-store.ts";
import { markClosed, markMergedAfterAll } from "../db/open-pr-store.ts";
import { findProposal, type ProposalRow } from "../db/proposals-store.ts";
import { findRepoTarget } from "../db/targets-store.ts";
import { findOurPull } from "../github/open-pull.ts";
import type { Pull } from "../github/pull.ts";
import type { Actor } from "../proposals/actor.ts";
import { closeComment } from "../proposals/pr-text/close-comment.ts";
import { closeMarker } from "../proposals/pr-text/marker.ts";
import type { ClosePrJob } from "../queue/job-data.ts";
import type { JobQueue, JobRun } from "../queue/job-queue.ts";
import { requireWritable } from "../registry/require-writable.ts";
import type { ConfigRepoAccess, OpenConfigRepo } from "./config-repo-access.ts";
import { FenceLost } from "./open-pr/fence.ts";
import { judge } from "./trouble-verdict.ts";

export interface ClosePrDeps {
  db: Db;
  queue: Pick<JobQueue, "send">;
  openConfigRepo: OpenConfigRepo;
  clock: Clock;
  log: Logger;
  redact: (text: string) => string;
}

/**
 * The close_pr job: brings GitHub to what a rejected proposal says. It closes our open pull request with a comment
 * giving the reason, and deletes our branch while its tip is ours. Both may be gone, or never have been.
 */
export const createClosePr =
  (deps: ClosePrDeps) =>
  async (job: ClosePrJob, run: JobRun): Promise<void> => {
    const log = deps.log.child({ request_id: job.request_id, proposal_id: job.proposal_id, job: "close_pr" });
    try {
      await closePr(deps, job, run, log);
    } catch (error) {
      await settle(deps, error, job, run, log);
    }
  };

const closePr = async (deps: ClosePrDeps, job: ClosePrJob, run: JobRun, log: Logger): Promise<void> => {
  const proposal = await findProposal(deps.db, job.proposal_id);
  // Nothing is pushed before its SHA is stored, so without one there is nothing to clean up.
  if (proposal?.status !== "rejected" || proposal.pr_head_sha === null || proposal.pr_branch === null) return;
  const { configRepo, installation } = requireWritable(
    await findRepoTarget(deps.db, job.config_repo_id),
    true,
  );
  const access = deps.openConfigRepo({
    configRepo,
    installation,
    purpose: "write",
    signal: run.signal,
    beforeWrite: () => requireRejected(deps.db, job.proposal_id),
  });
  try {
    await access.ready();
    const ours = { sha: proposal.pr_head_sha, branch: proposal.pr_branch };
    const pull = await findPull(access, proposal, ours, configRepo);
    if (pull?.merged_at != null) return await takeMerge(deps, proposal, pull.merged_at, log);
    if (pull?.state === "open") await closePull(deps, access, proposal, pull, job.actor, log);
    await deleteBranch(deps, access, proposal, ours, configRepo.pr_base_branch, log);
  } finally {
    await access.close();
  }
};

const requireRejected = async (db: Db, proposalId: string): Promise<void> => {
  const present = await findProposal(db, proposalId);
  if (present?.status !== "rejected") throw new FenceLost(`close_pr of ${proposalId}`);
};

/** A recorded pull request is ours by its number, whatever people pushed to it since; an unrecorded one by its head. */
const findPull = async (
  access: ConfigRepoAccess,
  proposal: ProposalRow,
  ours: { sha: string; branch: string },
  configRepo: { owner: string; github_repo_id: number; pr_base_branch: string },
): Promise<Pull | null> => {
  if (proposal.pr_number !== null) return access.pulls.getPull(proposal.pr_number);
  return findOurPull(access.pulls, {
    headOwner: configRepo.owner,
    head: ours.branch,
    ours: {
      headSha: ours.sha,
      repositoryId: configRepo.github_repo_id,
      base: configRepo.pr_base_branch,
      botLogin: await access.botLogin(),
    },
  });
};

const closePull = async (
  deps: ClosePrDeps,
  access: ConfigRepoAccess,
  proposal: ProposalRow,
  pull: Pull,
  rejectedBy: Actor,
  log: Logger,
): Promise<void> => {
  await access.comments.ensureComment({
    issue: pull.number,
    body: deps.redact(
      closeComment({ proposalId: proposal.id, reason: proposal.rejected_reason, rejectedBy }),
    ),
    marker: closeMarker(proposal.id),
    botLogin: await access.botLogin(),
    first: false,
  });
  await access.pulls.closePull(pull.number);
  await deps.db.transaction().execute(async (trx) => {
    await markClosed(trx, proposal.id);
    await appendEvent(trx, {
      proposalId: proposal.id,
      kind: "pr_closed",
      data: { pr_number: pull.number, pr_url: pull.html_url },
    });
  });
  log.info(
    { event: "pr_closed", pr_url: pull.html_url },
    "the pull request of a rejected proposal is closed",
  );
};

const deleteBranch = async (
  deps: ClosePrDeps,
  access: ConfigRepoAccess,
  proposal: ProposalRow,
  ours: { sha: string; branch: string },
  baseBranch: string,
  log: Logger,
): Promise<void> => {
  const tips = await access.git.tips(baseBranch, ours.branch);
  // Gone, or with commits of a person on top: theirs are never deleted.
  if (tips.branch !== ours.sha) return;
  const outcome = await access.git.deleteBranch(ours.branch, ours.sha);
  log.info({ branch: ours.branch, outcome: outcome.kind }, "the branch of a rejected proposal");
  const data = { branch: ours.branch };
  if (outcome.kind === "deleted")
    await appendEvent(deps.db, { proposalId: proposal.id, kind: "branch_deleted", data });
  if (outcome.kind === "rejected") {
    await appendEvent(deps.db, {
      proposalId: proposal.id,
      kind: "close_pr_failed",
      data: { ...data, code: "PUSH_REJECTED", message: deps.redact(outcome.reason) },
    });
  }
};

/** It was merged before it could be closed: what GitHub says wins. */
const takeMerge = async (
  deps: ClosePrDeps,
  proposal: ProposalRow,
  mergedAt: string,
  log: Logger,
): Promise<void> => {
  await deps.db.transaction().execute(async (trx) => {
    if (!(await markMergedAfterAll(trx, proposal.id, new Date(mergedAt)))) return;
    await appendEvent(trx, { proposalId: proposal.id, kind: "pr_merged", data: { merged_at: mergedAt } });
  });
  log.warn("the proposal was rejected, but its pull request had been merged");
};

const settle = async (
  deps: ClosePrDeps,
  error: unknown,
  job: ClosePrJob,
  run: JobRun,
  log: Logger,
): Promise<void> => {
  const verdict = judge(error, run, job, deps.clock.now());
  switch (verdict.kind) {
    case "stop":
      return;
    case "again":
      log.warn({ err: error }, "close_pr ended early and will be made again");
      throw new Error("the run ended early; see the log of this request id");
    case "wait":
      await deps.db.transaction().execute((trx) =>
        deps.queue.send(
          trx,
          {
            ...job,
            sequel: job.sequel + 1,
            waits: job.waits + 1,
            first_wait_at: job.first_wait_at ?? new Date(deps.clock.now()).toISOString(),
          },
          verdict.until,
        ),
      );
      return;
    case "failed": {
      log.error({ event: "close_pr_failed", error_code: verdict.code, err: error }, verdict.message);
      if (!run.lastRun && verdict.code !== "GITHUB_NOT_CONFIGURED")
        throw new Error("close_pr will be made again; see the log");
      await appendEvent(deps.db, {
        proposalId: job.proposal_id,
        kind: "close_pr_failed",
        data: { code: verdict.code, reason: verdict.reason, message: deps.redact(verdict.message) },
      });
      return;
    }
    default:
      throw new TypeError(`unknown verdict ${verdict satisfies never}`);
  }
};
