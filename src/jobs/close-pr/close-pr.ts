import type { Logger } from "pino";
import type { Clock } from "../../clock.ts";
import type { Db } from "../../db/connect.ts";
import { listHeads, markCleaned, markCleanTried } from "../../db/heads-store.ts";
import { findProposal, type ProposalRow } from "../../db/proposals-store.ts";
import { findRepoTarget } from "../../db/targets-store.ts";
import type { ClosePrJob } from "../../queue/job-data.ts";
import type { JobQueue } from "../../queue/job-queue.ts";
import type { JobRun } from "../../queue/work-queues.ts";
import { requireWritable } from "../../registry/require-writable.ts";
import type { OpenConfigRepo } from "../config-repo-access.ts";
import { findPullOfHeads } from "../find-pull-of-heads.ts";
import { FenceLost } from "../open-pr/fence.ts";
import { judgeWait } from "../trouble-verdict.ts";
import { closePull } from "./close-pull.ts";
import { deleteBranch } from "./delete-branch.ts";
import { recordMerge } from "./record-merge.ts";
import { settleCloseTrouble } from "./settle-close-trouble.ts";

export interface ClosePrDeps {
  db: Db;
  queue: Pick<JobQueue, "send">;
  openConfigRepo: OpenConfigRepo;
  clock: Clock;
  log: Logger;
  redact: (text: string) => string;
}

/**
 * The close_pr job: brings one repository to what a rejected or merged proposal says. Of a rejected one it closes our
 * open pull request with a comment giving the reason; of both it deletes our branch while its tip is ours. Both may be
 * gone, or never have been; each run finds out anew, so it may be run any number of times.
 */
export const createClosePr =
  (deps: ClosePrDeps) =>
  async (job: ClosePrJob, run: JobRun): Promise<void> => {
    const { request_id, proposal_id, cause } = job;
    const log = deps.log.child({ request_id, proposal_id, job: "close_pr", cause });
    try {
      await closePr(deps, job, run, log);
    } catch (error) {
      await settleCloseTrouble(deps, error, { job, run, log });
    }
  };

const closePr = async (deps: ClosePrDeps, job: ClosePrJob, run: JobRun, log: Logger): Promise<void> => {
  const proposal = await findProposal(deps.db, job.proposal_id);
  const heads = await listHeads(deps.db, job.proposal_id, job.config_repo_id);
  const [latest] = heads;
  // Nothing is pushed before its head is stored, so without one there is nothing to clean up.
  if (proposal === undefined || !hasEnded(proposal) || latest === undefined) return;
  await markCleanTried(deps.db, proposal.id, job.config_repo_id);
  const { configRepo, installation } = requireWritable(
    await findRepoTarget(deps.db, job.config_repo_id),
    true,
  );
  const access = deps.openConfigRepo({
    configRepo,
    installation,
    purpose: "write",
    signal: run.signal,
    beforeWrite: async () => {
      await run.requireMine();
      await requireEnded(deps.db, job.proposal_id);
    },
  });
  try {
    await access.ready();
    const recorded = proposal.pr_number !== null && proposal.pr_config_repo_id === job.config_repo_id;
    const mayWait = (wait: { until: Date }) => judgeWait(wait, job, deps.clock.now()).kind === "wait";
    const context = { proposal, heads, recorded, access, mayWait, actor: job.actor, log };
    if (proposal.status === "rejected") {
      // A recorded one is ours by its number, whatever people pushed to it or did to its base since.
      const found =
        recorded && proposal.pr_number !== null
          ? await access.pulls.getPull(proposal.pr_number)
          : await findPullOfHeads(access, configRepo, latest.branch, heads);
      const left = found && (await closePull(deps, context, found));
      if (left && left.merged_at !== null) {
        await recordMerge(deps, context, configRepo.id, { ...left, merged_at: left.merged_at });
      }
    }
    await deleteBranch(deps, context, { branch: latest.branch, baseBranch: latest.base_branch });
    await markCleaned(deps.db, proposal.id, job.config_repo_id);
  } finally {
    await access.close();
  }
};

/** A merge may be found out on the way; its branch goes the same way. */
const requireEnded = async (db: Db, proposalId: string): Promise<void> => {
  const present = await findProposal(db, proposalId);
  if (present === undefined || !hasEnded(present)) {
    throw new FenceLost(`close_pr of ${proposalId}`);
  }
};

const hasEnded = ({ status }: ProposalRow): boolean => status === "rejected" || status === "pr_merged";
