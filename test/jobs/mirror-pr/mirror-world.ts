import { pino } from "pino";
import { afterAll, afterEach, beforeAll } from "vitest";
import type { PullView } from "../../../sandbox/world.ts";
import { insertCluster } from "../../../src/db/clusters-store.ts";
import { findConfigRepo } from "../../../src/db/config-repos-store.ts";
import type { Db, Executor } from "../../../src/db/connect.ts";
import { listEvents } from "../../../src/db/events-store.ts";
import { storeHead } from "../../../src/db/heads-store.ts";
import { findProposal, insertProposal, type ProposalRow } from "../../../src/db/proposals-store.ts";
import { addMirror, findMirror } from "../../../src/db/pull-mirrors-store.ts";
import { insertTemplate } from "../../../src/db/templates-store.ts";
import type { EventOutcome } from "../../../src/jobs/event-job.ts";
import { createMirrorPr } from "../../../src/jobs/mirror-pr/mirror-pr.ts";
import { createMetrics } from "../../../src/metrics.ts";
import { openGithub } from "../../../src/open-github.ts";
import { type MirrorPrJob, mirrorPrJob } from "../../../src/queue/event-jobs.ts";
import type { Job } from "../../../src/queue/job-data.ts";
import { createRedactor } from "../../../src/redact.ts";
import { useStore } from "../../db/store-fixtures.ts";
import { createFakeClock, type FakeClock } from "../../support/fake-clock.ts";
import { aRun } from "../../support/job-run.ts";
import { registerRepository } from "../../support/register-repository.ts";
import { startTestSandbox, type TestSandbox } from "../../support/test-sandbox.ts";

export interface Told {
  kind: string;
  data: Record<string, unknown>;
}

/** A recorded proposal and its pull request on the sandbox. */
export interface Opened {
  id: string;
  /** Id of the repository on the sandbox. */
  repo: number;
  number: number;
  pull: PullView;
  configRepoId: string;
  row(): Promise<ProposalRow>;
  events(): Promise<Told[]>;
  kinds(): Promise<string[]>;
  /** Runs a mirror job for it, asked for just now unless told otherwise. */
  mirror(changes?: Partial<MirrorPrJob>): Promise<EventOutcome>;
}

export interface MirrorWorld {
  readonly db: Db;
  readonly sandbox: TestSandbox["sandbox"];
  /** The sandbox's, and the service's. Each use of `people` is a second of its own. */
  readonly clock: FakeClock;
  readonly exchanges: TestSandbox["exchanges"];
  /** Jobs that were sent, oldest first. */
  readonly sent: Job[];
  /** What is left of the installation's primary limit, as the service last heard. */
  limits: { remaining: number | null };
  /** @returns what asks how many GETs the API was sent since, and how many of them were answered in full. */
  reads(): () => { all: number; full: number };
  /** One repository with so many recorded pull requests. */
  open(count?: number, name?: string): Promise<[Opened, ...Opened[]]>;
  /** Lets a second pass, so that GitHub's times differ. */
  tick(): void;
}

const silent = pino({ level: "silent" });

/** The mirror job on a real database and the sandbox, without the queue. */
export const useMirrorWorld = (): MirrorWorld => {
  const store = useStore();
  // Tokens are checked by GitHub's clock: it starts at the real time, and goes on by whole seconds.
  const clock = createFakeClock(new Date().toISOString());
  const sent: Job[] = [];
  const limits: MirrorWorld["limits"] = { remaining: null };
  let testSandbox: TestSandbox;
  let github: ReturnType<typeof openGithub>;
  let names = 0;

  beforeAll(async () => {
    testSandbox = await startTestSandbox({ clock });
    const { secrets, url, apiUrl } = testSandbox.sandbox;
    const credentials = { appId: secrets.app_id, privateKey: secrets.private_key, webUrl: url, apiUrl };
    const config = { gitAuthor: { name: null, email: null } };
    github = openGithub(credentials, {
      config,
      log: silent,
      redact: createRedactor([]),
      metrics: createMetrics(),
    });
  });
  afterEach(() => {
    testSandbox.sandbox.faults.clear();
    sent.length = 0;
    limits.remaining = null;
  });
  afterAll(() => testSandbox.close());

  const mirrorPr = (job: MirrorPrJob): Promise<EventOutcome> =>
    createMirrorPr({
      db: store.db,
      queue: { send: async (_trx: Executor, next: Job) => void sent.push(next) },
      openConfigRepo: github.openConfigRepo,
      rateLimits: { remaining: () => limits.remaining },
      clock,
      appId: testSandbox.sandbox.app.id,
    })({
      job,
      run: aRun(),
      log: silent,
    });

  const recorded = (id: string, configRepoId: string, repo: number, pull: PullView): Opened => ({
    id,
    repo,
    number: pull.number,
    pull,
    configRepoId,
    row: async () => (await findProposal(store.db, id)) as ProposalRow,
    events: () => listEvents(store.db, { proposalId: id, after: 0, limit: 200 }),
    kinds: async () =>
      (await listEvents(store.db, { proposalId: id, after: 0, limit: 200 })).map(({ kind }) => kind),
    mirror: (changes = {}) => {
      clock.advance(1);
      const asked_at = new Date(clock.now()).toISOString();
      clock.advance(1);
      const asked = { cause: "test", delivery_id: null, asked_at, request_id: "r-1", said: null };
      return mirrorPr({ ...mirrorPrJob({ proposal_id: id, ...asked }), ...changes });
    },
  });

  return {
    get db() {
      return store.db;
    },
    get sandbox() {
      return testSandbox.sandbox;
    },
    get exchanges() {
      return testSandbox.exchanges;
    },
    clock,
    sent,
    limits,
    reads: () => {
      const start = testSandbox.sandbox.requests().length;
      return () => {
        const { sandbox } = testSandbox;
        const gets = sandbox
          .requests()
          .slice(start)
          .filter(({ method }) => method === "GET");
        return { all: gets.length, full: gets.filter(({ status }) => status === 200).length };
      };
    },
    tick: () => clock.advance(1_000),
    open: async (count = 1, name = `mirror-${++names}`) => {
      const { sandbox } = testSandbox;
      const repository = await sandbox.createRepository({ owner: "acme", name });
      const { id: configRepoId } = await registerRepository(store.db, sandbox, repository);
      const pulls = await sandbox.openPulls(repository.id, count);
      const target = await addTarget(store.db, name, configRepoId);
      const opened: Opened[] = [];
      for (const pull of pulls) {
        const id = await record(store.db, target, configRepoId, pull);
        opened.push(recorded(id, configRepoId, repository.id, pull));
      }
      clock.advance(1_000);
      return opened as [Opened, ...Opened[]];
    },
  };
};

const addTarget = async (db: Db, name: string, config_repo_id: string) => {
  const kind = { name, engine_type: "solr" as const };
  const cluster = await insertCluster(db, { ...kind, environment: "dev", config_repo_id, config_path: null });
  const template = await insertTemplate(db, { ...kind, version: 1, declared_params: { boost: "float" } });
  return { cluster_id: cluster.id, template_id: template.id };
};

/** As the job leaves a proposal whose pull request it has opened. */
const record = async (
  db: Db,
  target: { cluster_id: string; template_id: string },
  configRepoId: string,
  pull: PullView,
): Promise<string> => {
  const made = {
    study_id: null,
    study_trial_id: null,
    config_diff: { boost: { to: 2 } },
    metric_delta: null,
  };
  const { id } = await insertProposal(db, { ...target, ...made });
  const columns = {
    status: "pr_opened" as const,
    pr_url: pull.html_url,
    pr_number: pull.number,
    pr_state: "open" as const,
    pr_head_sha: pull.head.sha,
    pr_base_ref: pull.base.ref,
    pr_config_repo_id: configRepoId,
    pr_updated_at: pull.updated_at,
  };
  await db.updateTable("proposals").set(columns).where("id", "=", id).execute();
  const head = { branch: pull.head.ref, base_branch: "main", head_sha: pull.head.sha, attempt: 1 };
  await storeHead(db, { proposal_id: id, config_repo_id: configRepoId, ...head });
  await addMirror(db, id, pull.head.sha);
  return id;
};

export const mirrorOf = (db: Db, id: string) => findMirror(db, id);
export const configRepoOf = (db: Db, id: string) => findConfigRepo(db, id);
