import { markQueued } from "../../src/db/open-pr-store.ts";
import { findProposal, type ProposalRow } from "../../src/db/proposals-store.ts";
import { jobIdOf, type OpenPrJob } from "../../src/queue/job-data.ts";
import { aRun } from "../../test/support/job-run.ts";
import type { Ground, Opened, Site } from "./ground.ts";
import type { Wire } from "./wire.ts";
import type { Worker } from "./worker.ts";

/** What is done before a job begins. */
export interface Backstage extends Pick<Ground, "db" | "sandbox"> {
  site: Site;
  wire: Wire;
  /** Makes what was before, on a wire where nothing is broken. */
  calm: Worker;
  now: () => number;
}

/** A press. */
export const press = async ({ db, site, now }: Backstage, proposalId: string): Promise<OpenPrJob> => {
  const queued = await markQueued(db, proposalId);
  if (queued === undefined) throw new Error(`proposal ${proposalId} can't be pressed`);
  return {
    kind: "open_pr",
    proposal_id: proposalId,
    attempt: queued.open_pr_attempt,
    config_repo_id: site.configRepoId,
    actor: { token: "ui", person: null },
    requested_at: new Date(now()).toISOString(),
    request_id: "torture",
    sequel: 0,
    waits: 0,
    first_wait_at: null,
  };
};

const run = (backstage: Backstage, job: OpenPrJob, signal = new AbortController().signal) =>
  backstage.calm.handlers.open_pr(job, aRun({ id: jobIdOf(job), signal }));

/** The run ends as if its process did, once this request was answered. */
export const crash = async (backstage: Backstage, job: OpenPrJob, after: string): Promise<void> => {
  const process = new AbortController();
  backstage.wire.begin({
    clock: backstage,
    onAnswer: ({ name }) => {
      if (name === after) process.abort(new Error("the process is gone"));
    },
  });
  await run(backstage, job, process.signal).then(
    () => Promise.reject(new Error(`the run outlived ${after}`)),
    () => undefined,
  );
};

const rowOf = async ({ db }: Backstage, id: string): Promise<ProposalRow> => {
  const row = await findProposal(db, id);
  if (row === undefined) throw new Error(`there is no proposal ${id}`);
  return row;
};

/** An opened proposal, and the number of its pull request. */
export const open = async (backstage: Backstage): Promise<Opened> => {
  const { id, branch } = await backstage.site.addProposal();
  backstage.wire.begin({ clock: backstage });
  await run(backstage, await press(backstage, id));
  const { pr_number: number, pr_open_error } = await rowOf(backstage, id);
  if (number === null) throw new Error(`the proposal was not opened: ${pr_open_error}`);
  return { id, branch, number };
};

/** The same one for all jobs that read a pull request and leave it as it is. */
export const standing = async (backstage: Backstage): Promise<Opened> => {
  const { sandbox, site } = backstage;
  if (site.opened === null) {
    const opened = await open(backstage);
    await sandbox.setStatus(site.repository.id, opened.number, { state: "failure" });
    await sandbox.reviewPull(site.repository.id, opened.number, { state: "approved" });
    await sandbox.createPerson("wendy");
    await sandbox.setCollaborator(site.repository.id, "wendy", "write");
    site.opened = opened;
  }
  return site.opened;
};
