import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { v7 as uuidv7 } from "uuid";
import { type Sandbox, startSandbox } from "../../sandbox/sandbox.ts";
import type { RepositoryView } from "../../sandbox/world.ts";
import { insertCluster } from "../../src/db/clusters-store.ts";
import { connect, type Db } from "../../src/db/connect.ts";
import { insertProposal } from "../../src/db/proposals-store.ts";
import { insertStudyIfAbsent, putDigest } from "../../src/db/studies-store.ts";
import { insertTemplate } from "../../src/db/templates-store.ts";
import { registerRepository } from "../../test/support/register-repository.ts";
import { createSandboxClient, type SandboxClient } from "../../test/support/sandbox-client.ts";
import type { Trial } from "../part.ts";

export interface Opened {
  id: string;
  branch: string;
  /** Of its pull request. */
  number: number;
}

/** A repository on GitHub with everything registered around it; many cells use it, one after the other. */
export interface Site {
  repository: RepositoryView;
  installationId: number;
  configRepoId: string;
  /** A completed study and its proposal, which has a branch of its own. */
  addProposal(): Promise<{ id: string; branch: string }>;
  /** Asks the REST API as the app, with everything it is granted there; `path` is below the repository. */
  ask: (method: string, path: string, body?: object) => ReturnType<SandboxClient["send"]>;
  /** An opened proposal for jobs that leave it as it is; null: nobody needed one yet. */
  opened: Opened | null;
}

export interface Ground {
  sandbox: Sandbox;
  db: Db;
  addSite(): Promise<Site>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** A GitHub and a database in which nothing happens but the runs of this part. */
export const openGround = async ({ createDatabase }: Pick<Trial, "createDatabase">): Promise<Ground> => {
  await using closing = new AsyncDisposableStack();
  const dataDir = await mkdtemp(join(tmpdir(), "relyloop-faults-"));
  closing.defer(() => rm(dataDir, { recursive: true, force: true }));
  const sandbox = await startSandbox({ dataDir });
  closing.defer(() => sandbox.close());
  const database = await createDatabase();
  closing.defer(() => database.drop());
  const { db } = connect({ connectionString: database.url }, () => undefined);
  closing.defer(() => db.destroy());
  const opened = closing.move();
  let sites = 0;
  return {
    sandbox,
    db,
    addSite: () => addSite(sandbox, db, ++sites),
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
};

const addSite = async (sandbox: Sandbox, db: Db, number: number): Promise<Site> => {
  const owner = `faults-${number}`;
  await sandbox.createOrganization(owner);
  const files = { "products.params.json": '{\n  "boost": 2.0\n}\n' };
  const repository = await sandbox.createRepository({ owner, name: "search-config", files });
  const { id: configRepoId, installationId } = await registerRepository(db, sandbox, repository);
  const engine_type = "solr" as const;
  const where = { environment: "dev", config_repo_id: configRepoId, config_path: null } as const;
  const cluster = await insertCluster(db, { name: owner, engine_type, ...where });
  const declared_params = { boost: "float" as const };
  const template = await insertTemplate(db, {
    name: "products",
    version: number,
    engine_type,
    declared_params,
  });
  const target = { cluster_id: cluster.id, template_id: template.id };
  return {
    repository,
    installationId,
    configRepoId,
    addProposal: () => addProposal(db, target),
    ask: await asApp(sandbox, { installationId, name: repository.full_name }),
    opened: null,
  };
};

const asApp = async (
  sandbox: Sandbox,
  { installationId, name }: { installationId: number; name: string },
): Promise<Site["ask"]> => {
  const { send, appJwt } = createSandboxClient(sandbox);
  const ask = async (authorization: string, method: string, path: string, body?: object) => {
    const answer = await send(method, path, { authorization, body });
    if (answer.status >= 400) throw new Error(`GitHub answered ${answer.status} to ${method} ${path}`);
    return answer;
  };
  const minted = await ask(
    `Bearer ${appJwt()}`,
    "POST",
    `/app/installations/${installationId}/access_tokens`,
  );
  return (method, path, body) => ask(`token ${minted.body.token}`, method, `/repos/${name}${path}`, body);
};

const addProposal = async (
  db: Db,
  target: { cluster_id: string; template_id: string },
): Promise<{ id: string; branch: string }> => {
  const study_id = uuidv7();
  await insertStudyIfAbsent(db, study_id, {
    ...target,
    name: "Nightly",
    status: "completed",
    objective: { metric: "ndcg" },
    baseline_metric: null,
    best_metric: null,
    best_trial_id: null,
    trial_count: 0,
    started_at: null,
    completed_at: null,
  });
  await putDigest(db, study_id, {
    narrative: "A higher boost helps.",
    parameter_importance: { boost: 0.7 },
    recommended_config: {},
    suggested_followups: [],
    generated_by: "torture",
  });
  const { id } = await insertProposal(db, {
    ...target,
    study_id,
    study_trial_id: null,
    metric_delta: null,
    config_diff: { boost: { from: 2, to: 3.5 } },
  });
  return { id, branch: `relyloop/study-${study_id}` };
};
