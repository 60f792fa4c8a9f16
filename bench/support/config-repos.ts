import { randomBytes, randomUUID } from "node:crypto";
import { completedStudy } from "../../test/support/completed-study.ts";
import type { BenchApi } from "./bench-api.ts";
import type { BenchSandbox } from "./bench-sandbox.ts";

/** A config repo in an organisation of its own: what is written to one installation is paced. */
export interface BenchRepo {
  owner: string;
  name: string;
  installationId: number;
  clusterId: string;
  templateId: string;
}

const CONFIG_PATH = "clusters/products";
const PARAMS = `{\n  "title_boost": 2.0,\n  "tie_breaker": 0.3,\n  "phrase": { "slop": 2 }\n}\n`;
const DECLARED = { title_boost: "float", tie_breaker: "float", "phrase.slop": "int" };

export const addConfigRepos = async (
  sandbox: BenchSandbox,
  api: BenchApi,
  count: number,
): Promise<BenchRepo[]> => {
  const repos: BenchRepo[] = [];
  for (let at = 0; at < count; at++) repos.push(await addConfigRepo(sandbox, api));
  return repos;
};

const addConfigRepo = async (sandbox: BenchSandbox, api: BenchApi): Promise<BenchRepo> => {
  const name = `config-${randomBytes(6).toString("hex")}`;
  const owner = `org-${name}`;
  await sandbox.steer("POST", "/organizations", { login: owner });
  const files = { "README.md": "# Config\n", [`${CONFIG_PATH}/${name}.params.json`]: PARAMS };
  const { html_url } = await sandbox.steer<{ html_url: string }>("POST", "/repositories", {
    owner,
    name,
    files,
  });
  const installation = await sandbox.steer<{ id: number }>("GET", `/installations/${owner}`);
  const repo = { name: `${owner}/${name}`, repo_url: html_url, auth_ref: String(installation.id) };
  const cluster = await api.post<{ id: string }>("/clusters", {
    name,
    engine_type: "elasticsearch",
    environment: "prod",
    config_repo_id: await registered(api, repo),
    config_path: CONFIG_PATH,
  });
  const template = await api.post<{ id: string }>("/query-templates", {
    name,
    version: 1,
    engine_type: "elasticsearch",
    declared_params: DECLARED,
  });
  return { owner, name, installationId: installation.id, clusterId: cluster.id, templateId: template.id };
};

/** The installation's event may have registered it a moment before. */
const registered = async (api: BenchApi, body: object): Promise<string> => {
  const answer = await api.send("POST", "/config-repos", body);
  const { id, detail } = answer.body as { id?: string; detail?: { error_code: string; reason?: string } };
  if (answer.status === 201 && id !== undefined) return id;
  if (detail?.error_code === "CONFIG_REPO_EXISTS" && detail.reason) return detail.reason;
  throw new Error(`registering answered ${answer.status}: ${JSON.stringify(answer.body)}`);
};

/** A completed study with a digest, so that its pull request has a chart, and a proposal. @returns the proposal's id */
export const addProposal = async (api: BenchApi, repo: BenchRepo): Promise<string> => {
  const target = { cluster_id: repo.clusterId, template_id: repo.templateId };
  const [studyId, trialId] = [randomUUID(), randomUUID()];
  const answer = await api.send("PUT", `/studies/${studyId}`, completedStudy(target, trialId));
  if (answer.status >= 400) throw new Error(`a study was refused: ${JSON.stringify(answer.body)}`);
  const proposal = await api.post<{ id: string }>("/proposals", {
    ...target,
    study_id: studyId,
    study_trial_id: trialId,
    config_diff: { title_boost: { from: 2, to: 3.5 }, "phrase.slop": { from: 2, to: 3 } },
    metric_delta: { "ndcg@10": { baseline: 0.612, achieved: 0.762, delta_pct: 24.5 } },
  });
  return proposal.id;
};
