import type { Db } from "../../db/connect.ts";
import { isRecorded, recordedPull } from "../../db/opened-store.ts";
import { findProposal } from "../../db/proposals-store.ts";
import { markOf } from "../../proposals/pr-text/marker.ts";
import type { TidyCommentsJob } from "../../queue/event-jobs.ts";
import type { OpenConfigRepo } from "../config-repo-access.ts";
import type { EventOutcome, EventRun } from "../event-job.ts";
import { onPullRequest } from "../on-pull-request.ts";

/**
 * The tidy_comments job: GitHub may take in a comment long after its sender was given up and another run wrote it too.
 * Whenever a marked comment of ours shows up under a recorded pull request, all but the oldest of its kind are deleted.
 */
export const createTidyComments =
  (deps: { db: Db; openConfigRepo: OpenConfigRepo }) =>
  async ({ job, run, log }: EventRun<TidyCommentsJob>): Promise<EventOutcome> => {
    const pull = recordedPull(await findProposal(deps.db, job.proposal_id));
    if (pull === undefined) return "done";
    return onPullRequest(deps, { pull, run, isStill: isRecorded }, async ({ botLogin, comments }) => {
      const seen = await comments.tidyComments({ issue: pull.number, botLogin: await botLogin(), markOf });
      log.debug({ comments: seen.length }, "own comments of one kind are one");
      return seen.includes(job.comment_id) ? "done" : "lagging";
    });
  };
