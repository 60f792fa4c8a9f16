import { randomUUID } from "node:crypto";
import { pino } from "pino";
import { afterAll, afterEach, beforeAll, expect } from "vitest";
import { type ChartRenderer, createChartRenderer } from "../../../src/charts/importance-chart.ts";
import { insertCluster } from "../../../src/db/clusters-store.ts";
import { listEvents } from "../../../src/db/events-store.ts";
import { markQueued } from "../../../src/db/open-pr-store.ts";
import { findProposal, insertProposal } from "../../../src/db/proposals-store.ts";
import { insertStudyIfAbsent, putDigest } from "../../../src/db/studies-store.ts";
import { insertTemplate } from "../../../src/db/templates-store.ts";
import { createOpenPr } from "../../../src/jobs/open-pr/open-pr.ts";
import { createMetrics } from "../../../src/metrics.ts";
import { openGithub } from "../../../src/open-github.ts";
import { createRedactor } from "../../../src/redact.ts";
import { studyFields, useStore } from "../../db/store-fixtures.ts";
import { aRun } from "../../support/job-run.ts";
import { registerRepository } from "../../support/register-repository.ts";
import { startTestSandbox, type TestSandbox } from "../../support/test-sandbox.ts";

/** A GitHub and a database of one's own, where nothing happens but the runs that a test starts. */
export const useSandboxRuns = () => {
  const store = useStore();
  let started: TestSandbox | undefined;
  beforeAll(async () => {
    started = await startTestSandbox();
  });
  afterEach(() => started?.sandbox.faults.clear());
  afterAll(() => started?.close());
  const sandbox = () => {
    if (started === undefined) throw new Error("the sandbox is started before the first test");
    return started.sandbox;
  };

  /** A process that has asked GitHub nothing yet. */
  const startWorker = (renderImportanceChart: ChartRenderer = createChartRenderer()) => {
    const logged: { step?: string; event?: string; error_code?: string }[] = [];
    const log = pino({}, { write: (line: string) => void logged.push(JSON.parse(line)) });
    const { secrets, url: webUrl, apiUrl } = sandbox();
    const redact = createRedactor([]);
    const metrics = createMetrics();
    const config = { gitAuthor: { name: null, email: null } };
    const credentials = { appId: secrets.app_id, privateKey: secrets.private_key, webUrl, apiUrl };
    const github = openGithub(credentials, { config, log, redact, metrics });
    const openPr = createOpenPr({
      db: store.db,
      queue: { send: async () => undefined },
      openConfigRepo: github.openConfigRepo,
      renderImportanceChart,
      host: github.host,
      baseUrl: null,
      clock: { now: Date.now, sleep: async () => undefined },
      log,
      metrics,
      redact,
    });
    /** Presses, and runs the job. */
    const run = async (proposalId: string, signal = new AbortController().signal): Promise<void> => {
      const { cluster_id, open_pr_attempt } = await rowOf(proposalId);
      await markQueued(store.db, proposalId);
      const cluster = await store.db
        .selectFrom("clusters")
        .select("config_repo_id")
        .where("id", "=", cluster_id)
        .executeTakeFirstOrThrow();
      const job = {
        kind: "open_pr" as const,
        proposal_id: proposalId,
        attempt: open_pr_attempt + 1,
        config_repo_id: cluster.config_repo_id ?? "",
        actor: { token: "ui", person: null },
        requested_at: new Date().toISOString(),
        request_id: "r-1",
        sequel: 0,
        waits: 0,
        first_wait_at: null,
      };
      await openPr(job, aRun({ id: randomUUID(), signal }));
    };
    return { run, logged, stepsDone: () => logged.flatMap(({ step, event }) => (event ? [] : (step ?? []))) };
  };

  const rowOf = async (id: string) => {
    const row = await findProposal(store.db, id);
    if (row === undefined) throw new Error(`there is no proposal ${id}`);
    return row;
  };

  return {
    get db() {
      return store.db;
    },
    get sandbox() {
      return sandbox();
    },
    startWorker,
    rowOf,
    eventsOf: (proposalId: string) => listEvents(store.db, { proposalId, after: 0, limit: 100 }),
    addRepository: (files: Record<string, string> = {}) => addRepository(store, sandbox(), files),
    /** Waits until the sandbox has answered so many requests whose method and path end so. */
    answered: (end: string, count = 1) =>
      expect
        .poll(
          () =>
            sandbox()
              .requests()
              .filter((one) => one.status !== null && nameOf(one).endsWith(end)).length,
        )
        .toBe(count),
  };
};

/** Method and path, without what stands before the last part of a git or REST path that tells one from another. */
export const nameOf = ({ method, path }: { method: string; path: string }): string =>
  `${method} ${path.replace(/^.*\.git\//, "").replace(/^\/api\/v3(\/repos\/[^/]+\/[^/]+)?/, "")}`;

const PARAMS = '{\n  "boost": 2.0\n}\n';

/** A repository with everything registered around it. `addProposal` makes a completed study and its proposal. */
const addRepository = async (
  { db }: ReturnType<typeof useStore>,
  sandbox: TestSandbox["sandbox"],
  more: Record<string, string>,
) => {
  const name = `config-${randomUUID()}`;
  // GitHub's logins have 39 characters at most.
  const owner = `org-${name}`.slice(0, 39);
  await sandbox.createOrganization(owner);
  const path = `search/${name}.params.json`;
  const repository = await sandbox.createRepository({ owner, name, files: { ...more, [path]: PARAMS } });
  const configRepo = await registerRepository(db, sandbox, repository);
  const cluster = await insertCluster(db, {
    name,
    engine_type: "solr",
    environment: "dev",
    config_repo_id: configRepo.id,
    config_path: "search",
  });
  const declared_params = { boost: "float" as const };
  const template = await insertTemplate(db, { name, version: 1, engine_type: "solr", declared_params });
  const target = { cluster_id: cluster.id, template_id: template.id };
  const addProposal = async (): Promise<string> => {
    const studyId = randomUUID();
    await insertStudyIfAbsent(db, studyId, { ...studyFields, ...target });
    await putDigest(db, studyId, {
      narrative: "A higher boost helps.",
      parameter_importance: { boost: 0.7 },
      recommended_config: {},
      suggested_followups: [],
      generated_by: "test",
    });
    const made = { study_id: studyId, study_trial_id: null, metric_delta: null };
    return (await insertProposal(db, { ...target, ...made, config_diff: { boost: { from: 2, to: 3.5 } } }))
      .id;
  };
  return { ...repository, path, configRepoId: configRepo.id, addProposal };
};
