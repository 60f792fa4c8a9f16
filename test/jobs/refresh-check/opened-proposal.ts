import { randomBytes } from "node:crypto";
import { pino } from "pino";
import { v7 as uuidv7 } from "uuid";
import { afterAll, beforeAll } from "vitest";
import type { RepositoryView } from "../../../sandbox/world.ts";
import { insertCluster } from "../../../src/db/clusters-store.ts";
import type { Db } from "../../../src/db/connect.ts";
import { listEvents } from "../../../src/db/events-store.ts";
import { findProposal, insertProposal, type ProposalRow } from "../../../src/db/proposals-store.ts";
import { insertStudyIfAbsent, putDigest } from "../../../src/db/studies-store.ts";
import { insertTemplate } from "../../../src/db/templates-store.ts";
import { openIsomorphicTransport } from "../../../src/git/isomorphic-transport.ts";
import { createAppAuthentication } from "../../../src/github/app-auth.ts";
import { createBotIdentity } from "../../../src/github/bot-identity.ts";
import { createGithubClient } from "../../../src/github/client.ts";
import { createGithubHost } from "../../../src/github/host.ts";
import { createWritePacing } from "../../../src/github/write-pacing.ts";
import { createConfigRepoAccess } from "../../../src/jobs/config-repo-access.ts";
import type { ConfigDiff } from "../../../src/proposals/config-diff.ts";
import { chartPath } from "../../../src/proposals/config-path.ts";
import { driftSection } from "../../../src/proposals/pr-text/drift-section.ts";
import { createRedactor } from "../../../src/redact.ts";
import { studyFields, useStore } from "../../db/store-fixtures.ts";
import { registerRepository } from "../../support/register-repository.ts";
import { startTestSandbox, type TestSandbox } from "../../support/test-sandbox.ts";

/** Known by value, as the configured ones are, and not to be recognised any more once Markdown has escaped it. */
export const SECRET = "correct_horse*battery_staple";
export const PARAMS = '{\n  "boost": 2.0,\n  "slop": 1\n}\n';

/** A GitHub and a database of one's own for the tests of one file, and what jobs need to reach both. */
export const useGithub = () => {
  const store = useStore();
  let started: TestSandbox | undefined;
  beforeAll(async () => {
    started = await startTestSandbox();
  });
  afterAll(() => started?.close());
  const here = () => {
    if (started === undefined) throw new Error("the sandbox is started before the first test");
    return started;
  };
  return {
    get db() {
      return store.db;
    },
    get github() {
      return here();
    },
    jobDeps: () => ({ db: store.db, ...connectTo(here()) }),
  };
};

/** Waits take no time, so that no test does. */
const connectTo = ({ sandbox }: TestSandbox) => {
  const host = createGithubHost({ webUrl: sandbox.url, apiUrl: sandbox.apiUrl });
  const clock = { now: Date.now, sleep: async () => undefined };
  const log = pino({ level: "silent" });
  const redact = createRedactor([SECRET]);
  const common = { host, clock, random: () => 0, log, redact };
  const { app_id: appId, private_key: privateKey } = sandbox.secrets;
  const auth = createAppAuthentication({ ...common, appId, privateKey });
  const client = createGithubClient({ ...common, pacing: createWritePacing(common) });
  const bot = createBotIdentity({ ...common, appAuth: auth, override: { name: null, email: null } });
  const openTransport = openIsomorphicTransport;
  const openConfigRepo = createConfigRepoAccess({ ...common, auth, client, bot, openTransport });
  return { host, clock, log, redact, appId, openConfigRepo };
};

export interface Opened {
  id: string;
  studyId: string | null;
  repository: RepositoryView;
  configRepoId: string;
  number: number;
  /** Path of the params file. */
  path: string;
  /** Of our commits. */
  headSha: string;
  row(): Promise<ProposalRow>;
  events(): Promise<{ kind: string; actor: string | null; data: Record<string, unknown> }[]>;
  /** Our check runs on a commit, oldest first; the latest of each name, or all. */
  checks(sha?: string, filter?: "latest" | "all"): Promise<CheckAnswer[]>;
  body(): Promise<string>;
}

export interface CheckAnswer {
  id: number;
  external_id: string;
  status: string;
  conclusion: string;
  details_url: string;
  output: { title: string; summary: string; text: string };
}

export interface OpenOptions {
  diff?: ConfigDiff;
  declared?: Record<string, "float" | "int" | "string">;
  params?: string;
  study?: { name?: string; chart?: boolean };
  permissions?: Record<string, string>;
  body?: string;
}

/** A proposal whose pull request was opened and recorded. */
export const openProposal = async (
  db: Db,
  { sandbox, client }: TestSandbox,
  options: OpenOptions = {},
): Promise<Opened> => {
  const name = `configs-${randomBytes(6).toString("hex")}`;
  const template = `t_${name}`;
  const path = `${template}.params.json`;
  const params = options.params ?? PARAMS;
  const repository = await sandbox.createRepository({ owner: "acme", name, files: { [path]: params } });
  const configRepo = await registerRepository(db, sandbox, repository, options.permissions);
  const cluster = await insertCluster(db, {
    name,
    engine_type: "solr",
    environment: "dev",
    config_repo_id: configRepo.id,
    config_path: null,
  });
  const { id: template_id } = await insertTemplate(db, {
    name: template,
    version: 1,
    engine_type: "solr",
    declared_params: options.declared ?? { boost: "float", slop: "int" },
  });
  const target = { cluster_id: cluster.id, template_id };
  const studyId = options.study === undefined ? null : await addStudy(db, target, options.study.name);
  const { id } = await insertProposal(db, {
    ...target,
    study_id: studyId,
    study_trial_id: null,
    config_diff: options.diff ?? { boost: { from: 2, to: 3.5 } },
    metric_delta: studyId === null ? null : { ndcg: { baseline: 0.612, achieved: 0.762, delta_pct: 24.5 } },
  });

  const branch = `relyloop/proposal-${id}`;
  const chart =
    studyId !== null && options.study?.chart === true ? { [chartPath(studyId)]: "a picture" } : {};
  const files = { [path]: params.replace("2.0", "3.5"), ...chart };
  const headSha = await sandbox.pushAs("alice", repository.id, branch, files);
  const body = options.body ?? `Proposed.\n\n${driftSection("")}\n\nThe end.`;
  const authorization = `token ${await client.token()}`;
  const { body: pull } = await client.send("POST", `/repos/${repository.full_name}/pulls`, {
    authorization,
    body: { title: "RelyLoop", head: branch, base: "main", body },
  });
  const recorded = {
    status: "pr_opened" as const,
    pr_url: pull.html_url,
    pr_number: pull.number,
    pr_state: "open" as const,
    pr_branch: branch,
    pr_head_sha: headSha,
    pr_config_repo_id: configRepo.id,
    pr_base_ref: "main",
  };
  await db.updateTable("proposals").set(recorded).where("id", "=", id).execute();

  const { number } = pull;
  return {
    id,
    studyId,
    repository,
    configRepoId: configRepo.id,
    number,
    path,
    headSha,
    row: async () => (await findProposal(db, id)) as ProposalRow,
    events: () => listEvents(db, { proposalId: id, after: 0, limit: 100 }),
    checks: async (sha = headSha, filter = "latest") => {
      const query = `check_name=relyloop%2Fproposal&filter=${filter}&per_page=100`;
      const route = `/repos/${repository.full_name}/commits/${sha}/check-runs?${query}`;
      const answer = await client.send("GET", route, { authorization: `token ${await client.token()}` });
      return answer.body.check_runs;
    },
    body: async () => (await sandbox.pulls(repository.id)).find((one) => one.number === number)?.body ?? "",
  };
};

const addStudy = async (
  db: Db,
  target: { cluster_id: string; template_id: string },
  name = "Nightly study",
): Promise<string> => {
  const id = uuidv7();
  await insertStudyIfAbsent(db, id, { ...studyFields, ...target, name, objective: { metric: "ndcg" } });
  await putDigest(db, id, {
    narrative: "A higher boost helps.",
    parameter_importance: { boost: 0.7, slop: 0.3 },
    recommended_config: {},
    suggested_followups: [],
    generated_by: "test",
  });
  return id;
};
