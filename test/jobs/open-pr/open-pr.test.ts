import { pino } from "pino";
import { describe, expect, it } from "vitest";
import { storeHead } from "../../../src/db/heads-store.ts";
import { markQueued } from "../../../src/db/open-pr-store.ts";
import { createOpenPr } from "../../../src/jobs/open-pr/open-pr.ts";
import { createMetrics } from "../../../src/metrics.ts";
import type { Job, OpenPrJob } from "../../../src/queue/job-data.ts";
import { addReadyProposal } from "../../actions/action-fixtures.ts";
import { useStore } from "../../db/store-fixtures.ts";
import { createFakeClock } from "../../support/fake-clock.ts";
import { host } from "../../support/github-fixture.ts";
import { aRun } from "../../support/job-run.ts";

const store = useStore();

/** A queued attempt, and a GitHub nobody gets to. */
const setUp = async () => {
  const ready = await addReadyProposal(store.db);
  await markQueued(store.db, ready.id);
  const sent: Job[] = [];
  const opened: string[] = [];
  const metrics = createMetrics();
  const openPr = createOpenPr({
    db: store.db,
    queue: { send: async (_trx, job) => void sent.push(job) },
    openConfigRepo: ({ configRepo }) => {
      opened.push(configRepo.id);
      throw new Error("this far");
    },
    renderImportanceChart: async () => new Uint8Array(),
    host,
    baseUrl: null,
    clock: createFakeClock(),
    log: pino({ level: "silent" }),
    metrics,
    redact: (text) => text,
  });
  const job: OpenPrJob = {
    kind: "open_pr",
    proposal_id: ready.id,
    attempt: 1,
    config_repo_id: ready.configRepoId,
    actor: { token: "ui", person: null },
    requested_at: "2026-11-22T12:00:00.000Z",
    request_id: "r",
    sequel: 0,
    waits: 0,
    first_wait_at: null,
  };
  const run = (changes: Partial<OpenPrJob> = {}) => openPr({ ...job, ...changes }, aRun());
  const outcomes = async () => (await metrics.outcomes.get()).values.map(({ labels }) => labels.outcome);
  return { ...ready, job, run, sent, opened, outcomes };
};

describe("an open_pr job under another repository's key", () => {
  it("goes on under the key of the cluster's repository, before anything is asked of GitHub", async () => {
    const { configRepoId, job, run, sent, opened, events, outcomes } = await setUp();
    const { configRepoId: before } = await addReadyProposal(store.db);
    await run({ config_repo_id: before });
    expect(sent).toEqual([{ ...job, config_repo_id: configRepoId, sequel: 1 }]);
    expect(opened).toEqual([]);
    expect(await events()).toMatchObject([
      { kind: "open_pr_requeued", data: { config_repo_id: configRepoId } },
    ]);
    expect(await outcomes()).toEqual(["requeued"]);
  });

  it("goes on where its attempt may have pushed, though the cluster has moved since", async () => {
    const { id, run, sent, opened } = await setUp();
    const { configRepoId: pushed } = await addReadyProposal(store.db);
    const head = { branch: "relyloop/x", base_branch: "main", head_sha: "a".repeat(40), attempt: 1 };
    await storeHead(store.db, { proposal_id: id, config_repo_id: pushed, ...head });
    await expect(run({ config_repo_id: pushed })).rejects.toThrow("this far");
    expect(opened).toEqual([pushed]);
    expect(sent).toEqual([]);
  });
});

describe("an open_pr job that comes too late", () => {
  it("ends quietly: of another attempt, or of a proposal that is gone", async () => {
    const { run, opened, events, outcomes, row } = await setUp();
    await run({ attempt: 2 });
    await run({ proposal_id: "0198a0c0-0000-7000-8000-00000000dead" });
    expect(opened).toEqual([]);
    expect(await events()).toEqual([]);
    expect(await outcomes()).toEqual(["no_longer_pending"]);
    expect(await row()).toMatchObject({ open_pr_state: "queued", open_pr_run: null });
  });
});
