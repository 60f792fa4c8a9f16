import { isRecorded, type OpenedPull } from "../../db/opened-store.ts";
import { findProposal } from "../../db/proposals-store.ts";
import { findRepoTarget } from "../../db/targets-store.ts";
import { createCollaborators } from "../../github/collaborators.ts";
import type { RunCommandJob } from "../../queue/event-jobs.ts";
import { requireWritable } from "../../registry/require-writable.ts";
import type { EventOutcome, EventRun } from "../event-job.ts";
import { FenceLost } from "../open-pr/fence.ts";
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
  async (eventRun: EventRun<RunCommandJob>): Promise<EventOutcome> => {
    try {
      await runCommand(deps, eventRun);
    } catch (error) {
      // The proposal has another pull request by now: this one is not ours to answer on.
      if (!(error instanceof FenceLost)) throw error;
    }
    return "done";
  };

const runCommand = async (
  deps: RunCommandDeps,
  { job, run, log }: EventRun<RunCommandJob>,
): Promise<void> => {
  const proposal = await findProposal(deps.db, job.proposal_id);
  if (proposal === undefined || proposal.pr_number === null || proposal.pr_config_repo_id === null) return;
  const { id: proposalId, pr_number: number, pr_config_repo_id: configRepoId } = proposal;
  const opened: OpenedPull = { proposalId, configRepoId, number };
  const { configRepo, installation } = requireWritable(await findRepoTarget(deps.db, configRepoId), true);
  const access = deps.openConfigRepo({
    configRepo,
    installation,
    purpose: "feedback",
    signal: run.signal,
    beforeWrite: async () => {
      await run.requireMine();
      if (!(await isRecorded(deps.db, opened))) throw new FenceLost(`run_command of ${proposalId}`);
    },
  });
  try {
    const read = await readCommand(deps, access, { commentId: job.comment_id, pullNumber: number });
    if (read.kind === "nothing") return log.debug({ why: read.why }, "no command to run");
    const { given } = read;
    const allowed = await createCollaborators(access.client).canWrite(given.author);
    const readPull = () => access.pulls.getPull(number);
    const outcome = await carryOut(deps, { job, opened, given, allowed, readPull });
    const why = outcome.kind === "refused" ? outcome.refusal.kind : null;
    const told = { command: given.command.kind, by: given.author.login, outcome: outcome.kind, why };
    log.info({ event: "command_answered", ...told }, "a command from a comment");
    await answerCommand({ ...deps, log }, access, given, outcome);
  } finally {
    await access.close();
  }
};
