import { isRecorded, recordedPull } from "../../db/opened-store.ts";
import { findProposal } from "../../db/proposals-store.ts";
import { createCollaborators } from "../../github/collaborators.ts";
import type { RunCommandJob } from "../../queue/event-jobs.ts";
import type { EventOutcome, EventRun } from "../event-job.ts";
import { onPullRequest } from "../on-pull-request.ts";
import { answerCommand } from "./answer-command.ts";
import { carryOut } from "./carry-out.ts";
import { readCommand } from "./read-command.ts";
import type { RunCommandDeps } from "./run-command-deps.ts";

/**
 * The run_command job: reads a comment on a proposal's pull request, does what it asks for if its author may, and answers.
 * It may be run any number of times.
 */
export const createRunCommand =
  (deps: RunCommandDeps) =>
  async ({ job, run, log }: EventRun<RunCommandJob>): Promise<EventOutcome> => {
    const opened = recordedPull(await findProposal(deps.db, job.proposal_id));
    if (opened === undefined) return "done";
    const { number } = opened;
    // With another pull request by now, this one is not ours to answer on.
    return onPullRequest(deps, { pull: opened, run, isStill: isRecorded }, async (access) => {
      const read = await readCommand(deps, access, { commentId: job.comment_id, pullNumber: number });
      if (read.kind === "nothing") {
        log.debug({ why: read.why }, "no command to run");
        return "done";
      }
      const { given } = read;
      const allowed = await createCollaborators(access.client).canWrite(given.author);
      const readPull = () => access.pulls.getPull(number);
      const outcome = await carryOut(deps, { job, opened, given, allowed, readPull });
      const why = outcome.kind === "refused" ? outcome.refusal.kind : null;
      const told = { command: given.command.kind, by: given.author.login, outcome: outcome.kind, why };
      log.info({ event: "command_answered", ...told }, "a command from a comment");
      await answerCommand({ ...deps, log }, access, given, outcome);
      return "done";
    });
  };
