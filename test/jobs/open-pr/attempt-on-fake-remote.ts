import { pino } from "pino";
import { v7 as uuidv7 } from "uuid";
import { findConfigRepo } from "../../../src/db/config-repos-store.ts";
import type { Db } from "../../../src/db/connect.ts";
import { storeHead } from "../../../src/db/heads-store.ts";
import { claimRun, markQueued, storeCommits } from "../../../src/db/open-pr-store.ts";
import type { ProposalRow } from "../../../src/db/proposals-store.ts";
import { insertStudyIfAbsent, putDigest } from "../../../src/db/studies-store.ts";
import { findTemplate } from "../../../src/db/templates-store.ts";
import { createOpenPr } from "../../../src/jobs/open-pr/open-pr.ts";
import { createMetrics } from "../../../src/metrics.ts";
import type { Job, OpenPrJob } from "../../../src/queue/job-data.ts";
import type { JobRun } from "../../../src/queue/work-queues.ts";
import { addReadyProposal } from "../../actions/action-fixtures.ts";
import { studyFields } from "../../db/store-fixtures.ts";
import { createFakeClock } from "../../support/fake-clock.ts";
import { host } from "../../support/github-fixture.ts";
import { aRun } from "../../support/job-run.ts";
import { aPull, BASE, createFakeRemote, type FakeRemoteOptions, HEAD } from "./fake-remote.ts";

/** How long drawing a chart takes, by the clock of the test. */
export const DRAWING_MS = 250;

/** Gives a proposal a study with a digest, so that its pull request has a chart and a comment. */
export const addStudyOf = async (
  db: Db,
  { id, cluster_id, template_id }: Pick<ProposalRow, "id" | "cluster_id" | "template_id">,
): Promise<string> => {
  const study = uuidv7();
  await insertStudyIfAbsent(db, study, { ...studyFields, cluster_id, template_id });
  await putDigest(db, study, {
    narrative: "A higher boost helps.",
    parameter_importance: { boost: 1 },
    recommended_config: {},
    suggested_followups: [],
    generated_by: "test",
  });
  await db.updateTable("proposals").set({ study_id: study }).where("id", "=", id).execute();
  return study;
};

export interface AttemptOptions extends FakeRemoteOptions {
  byHand?: boolean;
}

/** A queued attempt, of a study unless told otherwise, on a remote that answers at once. */
export const queueAttempt = async (db: Db, { byHand = false, ...world }: AttemptOptions = {}) => {
  const ready = await addReadyProposal(db);
  const proposal = await ready.row();
  const study = byHand ? null : await addStudyOf(db, proposal);
  const branch = byHand ? `relyloop/proposal-${ready.id}` : `relyloop/study-${study}`;
  await markQueued(db, ready.id);
  const remote = createFakeRemote(world);
  const clock = createFakeClock("2026-11-22T12:00:10.000Z");
  const metrics = createMetrics();
  const sent: Job[] = [];
  const logged: Record<string, unknown>[] = [];
  const openPr = createOpenPr({
    db,
    queue: { send: async (_trx, job) => void sent.push(job) },
    openConfigRepo: (options) => remote.open(options),
    renderImportanceChart: async () => {
      clock.advance(DRAWING_MS);
      return new Uint8Array([1]);
    },
    host,
    baseUrl: "https://relyloop.example.com",
    clock,
    log: pino({}, { write: (line: string) => void logged.push(JSON.parse(line)) }),
    metrics,
    redact: (text) => text,
  });
  const job: OpenPrJob = {
    kind: "open_pr",
    proposal_id: ready.id,
    attempt: 1,
    config_repo_id: ready.configRepoId,
    actor: { token: "ui", person: "Ada" },
    requested_at: "2026-11-22T12:00:00.000Z",
    request_id: "r",
    sequel: 1,
    waits: 0,
    first_wait_at: null,
  };

  return {
    ...ready,
    ...{ study, branch, remote, metrics, sent, logged, job },
    path: `${(await findTemplate(db, proposal.template_id))?.name}.params.json`,
    run: (changes: Partial<JobRun> = {}) => openPr(job, aRun({ retryCount: 1, ...changes })),
    steps: async () =>
      (await ready.events()).filter(({ kind }) => kind === "open_pr_step").map(({ data }) => data.step),
    outcomes: async () => (await metrics.outcomes.get()).values.map(({ labels }) => labels.outcome),
    /** What the attempt's first run did before it died. */
    pushedBefore: async () => {
      const claim = { proposalId: ready.id, attempt: 1, jobId: "job", retryCount: 0 };
      await claimRun(db, claim);
      await storeCommits(db, ready.id, "job:0", { branch, attempt: 1, baseSha: BASE, headSha: HEAD });
      await storeHead(db, {
        proposal_id: ready.id,
        config_repo_id: ready.configRepoId,
        branch,
        base_branch: "release",
        head_sha: HEAD,
        attempt: 1,
      });
      remote.tips.set(branch, HEAD);
    },
    /** And its pull request. */
    openedBefore: async (changes: Parameters<typeof aPull>[0] = {}) => {
      const repositoryId = (await findConfigRepo(db, ready.configRepoId))?.github_repo_id ?? 0;
      const ours = { head_ref: branch, head_repo_id: repositoryId, base_repo_id: repositoryId };
      remote.pulls.push(aPull({ ...ours, base_ref: "release", ...changes }));
    },
  };
};
