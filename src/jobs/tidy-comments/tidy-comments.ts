import type { Db } from "../../db/connect.ts";
import { isRecorded } from "../../db/opened-store.ts";
import { findProposal } from "../../db/proposals-store.ts";
import { findRepoTarget } from "../../db/targets-store.ts";
import { markOf } from "../../proposals/pr-text/marker.ts";
import type { TidyCommentsJob } from "../../queue/event-jobs.ts";
import { requireWritable } from "../../registry/require-writable.ts";
import type { OpenConfigRepo } from "../config-repo-access.ts";
import type { EventOutcome, EventRun } from "../event-job.ts";
import { FenceLost } from "../open-pr/fence.ts";

/**
 * The tidy_comments job: GitHub may take in a comment long after its sender was given up and another run wrote it too.
 * Whenever a marked comment of ours shows up under a recorded pull request, all but the oldest of its kind are deleted.
 */
export const createTidyComments =
  (deps: { db: Db; openConfigRepo: OpenConfigRepo }) =>
  async ({ job, run, log }: EventRun<TidyCommentsJob>): Promise<EventOutcome> => {
    const proposal = await findProposal(deps.db, job.proposal_id);
    if (proposal === undefined || proposal.pr_number === null || proposal.pr_config_repo_id === null) {
      return "done";
    }
    const { id: proposalId, pr_number: number, pr_config_repo_id: configRepoId } = proposal;
    const { configRepo, installation } = requireWritable(await findRepoTarget(deps.db, configRepoId), true);
    const access = deps.openConfigRepo({
      configRepo,
      installation,
      purpose: "feedback",
      signal: run.signal,
      beforeWrite: async () => {
        await run.requireMine();
        if (!(await isRecorded(deps.db, { proposalId, configRepoId, number }))) {
          throw new FenceLost(`tidy_comments of ${proposalId}`);
        }
      },
    });
    try {
      const botLogin = await access.botLogin();
      const seen = await access.comments.tidyComments({ issue: number, botLogin, markOf });
      log.debug({ comments: seen.length }, "own comments of one kind are one");
      return seen.includes(job.comment_id) ? "done" : "lagging";
    } catch (error) {
      // The proposal has another pull request by now.
      if (error instanceof FenceLost) return "done";
      throw error;
    } finally {
      await access.close();
    }
  };
