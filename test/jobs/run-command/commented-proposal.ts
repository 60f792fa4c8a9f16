import { pino } from "pino";
import { expect } from "vitest";
import { createRejectProposal } from "../../../src/actions/reject-proposal.ts";
import { createRunCommand } from "../../../src/jobs/run-command/run-command.ts";
import { runCommandJob } from "../../../src/queue/event-jobs.ts";
import { type Job, jobIdOf } from "../../../src/queue/job-data.ts";
import { aRun } from "../../support/job-run.ts";
import { openProposal, type useGithub } from "../refresh-check/opened-proposal.ts";

/** An opened proposal on whose pull request people comment; `wendy` can write. */
export const openForComments = async (context: ReturnType<typeof useGithub>) => {
  const opened = await openProposal(context.db, context.github);
  const { sandbox } = context.github;
  const { id: repository } = opened.repository;
  await sandbox.createPerson("wendy");
  await sandbox.setCollaborator(repository, "wendy", "write");
  const logged: Record<string, unknown>[] = [];
  const log = pino({ level: "debug" }, { write: (line: string) => void logged.push(JSON.parse(line)) });
  const sent = new Map<string, Job>();
  const jobDeps = context.jobDeps();
  const queue = { send: async (_trx: unknown, job: Job) => void sent.set(jobIdOf(job), job) };
  const rejectProposal = createRejectProposal({ ...jobDeps, queue });
  const runCommand = createRunCommand({ ...jobDeps, queue, rejectProposal });

  const say = async (body: string, person = "wendy") =>
    (await sandbox.commentOnPull(repository, opened.number, { body, person })).id;
  const run = (comment_id: number, proposal_id = opened.id) => {
    const asked = {
      cause: "test",
      delivery_id: "d-1",
      asked_at: new Date().toISOString(),
      request_id: "r-1",
    };
    const job = runCommandJob({ proposal_id, comment_id, ...asked });
    const signal = new AbortController().signal;
    return runCommand({ job, run: aRun({ signal }), log });
  };
  const command = async (body: string, person?: string) => {
    const id = await say(body, person);
    expect(await run(id)).toBe("done");
    return id;
  };
  const answers = async () =>
    (await sandbox.comments(repository, opened.number)).filter(({ user }) => user === sandbox.app.bot_login);
  /** Contents of the reactions that reached GitHub. */
  const reactions = (comment: number) =>
    context.github.exchanges
      .filter(({ path }) => path.endsWith(`/issues/comments/${comment}/reactions`))
      .map(({ requestBody }) => (requestBody as { content: string }).content);
  return {
    ...opened,
    say,
    run,
    command,
    answers,
    reactions,
    sent: () => [...sent.values()],
    logged,
    sandbox,
  };
};
