import { randomBytes, randomUUID } from "node:crypto";
import type { FileEntries, RepositoryView } from "../../sandbox/world.ts";
import type { ErrorBody } from "./api.ts";
import { completedStudy } from "./completed-study.ts";
import type { TestService } from "./start-service.ts";

/**
 * An organisation of its own with a repository and everything registered around it, so that tests don't meet each
 * other: what is written to one installation is paced, too.
 */
export interface Scenario {
  repository: RepositoryView;
  configRepoId: string;
  clusterId: string;
  templateId: string;
  templateName: string;
  installationId: number;
  path: string;
  /** Makes a proposal by hand. @returns its id */
  byHand(configDiff?: ConfigDiff): Promise<string>;
  /** Makes a completed study with a digest and a proposal for it. */
  fromStudy(
    options?: StudyOptions,
  ): Promise<{ proposalId: string; studyId: string; trialId: string; branch: string }>;
}

export type ConfigDiff = Record<string, { from?: unknown; to: unknown }>;

interface StudyOptions {
  configDiff?: ConfigDiff;
  /** Only a new proposal, of this study. */
  of?: { studyId: string; trialId: string };
  importance?: Record<string, unknown>;
}

export const PARAMS_FILE = `{
  "title_boost": 2.0,
  "tie_breaker": 0.3,
  "fuzziness": "AUTO",
  "phrase": { "slop": 2 }
}
`;

const DECLARED = {
  title_boost: { type: "float", low: 0.5, high: 10 },
  tie_breaker: "float",
  fuzziness: { type: "categorical", choices: ["AUTO", "0", "1"] },
  "phrase.slop": "int",
};

export const CONFIG_DIFF: ConfigDiff = {
  title_boost: { from: 2, to: 3.5 },
  "phrase.slop": { from: 2, to: 3 },
};

interface ScenarioOptions {
  /** Files of the repository; default: one params file. */
  files?: FileEntries;
  /** The params file's content. */
  params?: string;
  configPath?: string;
  declared?: object;
}

export const createScenario = async (
  service: Pick<TestService, "api" | "sandbox">,
  options: ScenarioOptions = {},
): Promise<Scenario> => {
  const { api, sandbox } = service;
  const name = `config-${randomBytes(6).toString("hex")}`;
  const templateName = `template-${name}`;
  const configPath = options.configPath ?? "clusters/products";
  const path = `${configPath}/${templateName}.params.json`;
  const owner = `org-${name}`;
  await sandbox.createOrganization(owner);
  const files = options.files ?? { "README.md": "# Config\n", [path]: options.params ?? PARAMS_FILE };
  const repository = await sandbox.createRepository({ owner, name, files: renamed(files, templateName) });
  const installation = sandbox.installation(owner);
  if (installation === undefined) throw new Error(`the app is not installed on ${owner}`);

  const configRepo = await registered(api, {
    name: `${owner}/${name}`,
    repo_url: repository.html_url,
    auth_ref: String(installation.id),
  });
  const cluster = await api.post("/clusters", {
    name,
    engine_type: "elasticsearch",
    environment: "prod",
    config_repo_id: configRepo.id,
    config_path: configPath,
  });
  const template = await api.post("/query-templates", {
    name: templateName,
    version: 1,
    engine_type: "elasticsearch",
    declared_params: options.declared ?? DECLARED,
  });
  const target = { cluster_id: cluster.id, template_id: template.id };

  return {
    repository,
    configRepoId: configRepo.id,
    clusterId: cluster.id,
    templateId: template.id,
    templateName,
    installationId: installation.id,
    path,
    byHand: async (configDiff = CONFIG_DIFF) =>
      (await api.post("/proposals", { ...target, config_diff: configDiff })).id,
    fromStudy: async ({ configDiff = CONFIG_DIFF, of, importance } = {}) => {
      const { studyId, trialId } = of ?? { studyId: randomUUID(), trialId: randomUUID() };
      if (of === undefined) {
        const body = completedStudy(target, trialId, importance);
        const answer = await api.request("PUT", `/studies/${studyId}`, { body });
        if (answer.status >= 400) throw new Error(JSON.stringify(answer.body));
      }
      const proposal = await api.post("/proposals", {
        ...target,
        study_id: studyId,
        study_trial_id: trialId,
        config_diff: configDiff,
        metric_delta: { "ndcg@10": { baseline: 0.612, achieved: 0.762, delta_pct: 24.5 } },
      });
      return { proposalId: proposal.id, studyId, trialId, branch: `relyloop/study-${studyId}` };
    },
  };
};

/** The installation's event may have registered it a moment before. */
const registered = async (api: TestService["api"], body: object): Promise<{ id: string }> => {
  const answer = await api.request<{ id: string } & ErrorBody>("POST", "/config-repos", { body });
  const { detail } = answer.body;
  if (answer.status === 201) return answer.body;
  if (detail.error_code === "CONFIG_REPO_EXISTS" && detail.reason) return { id: detail.reason };
  throw new Error(JSON.stringify(answer.body));
};

/** A file named `*` stands for the scenario's params file. */
const renamed = (files: FileEntries, templateName: string): FileEntries =>
  Object.fromEntries(
    Object.entries(files).map(([path, entry]) => [path.replace("*", `${templateName}.params.json`), entry]),
  );
