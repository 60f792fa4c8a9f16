import { randomBytes, randomUUID } from "node:crypto";
import { branchName } from "../../src/proposals/branch-name.ts";
import { completedStudy } from "../../test/support/completed-study.ts";
import type { TestService } from "../../test/support/start-service.ts";

/** A repository on the sandbox GitHub, known by its number whatever it is called. */
export interface StageRepository {
  id: number;
  organisation: string;
  configRepoId: string;
}

/** Whose proposal it is and where its commits go; none of it changes. */
export interface CastProposal {
  id: string;
  studyId: string | null;
  trialId: string | null;
  clusterId: string;
  branch: string;
  /** What was submitted. */
  body: Record<string, unknown>;
}

/** What everybody meets on: few repositories, and few proposals at a time. */
export interface Stage {
  repositories: StageRepository[];
  clusterIds: string[];
  /** Every proposal that was submitted, oldest first. */
  cast: CastProposal[];
  /** What a proposal would be, not submitted yet; of the same study as another one, of a new one, or by hand. */
  draft(of: { clusterId: string; study: "none" | "new" | CastProposal }): Promise<CastProposal>;
}

/** People push to these; pull requests go to one of them. */
export const BASE_BRANCHES = ["main", "release"] as const;

/** So many proposals in a row can be merged into one file without a conflict: each changes a parameter of its own. */
const PARAMS_COUNT = 12;
/** Lines between two of them, so that git does not take neighbours for a conflict. */
const LINES_APART = 4;
const CONFIG_PATH = "clusters/products";

const PARAM_NAMES = Array.from({ length: PARAMS_COUNT }, (_, index) => `param_${index}`);

const paramsFile = (): string => {
  const lines = PARAM_NAMES.flatMap((name) => [
    `  "${name}": 1`,
    ...Array.from({ length: LINES_APART }, (_, index) => `  "${name}_apart_${index}": 0`),
  ]);
  return `{\n${lines.join(",\n")}\n}\n`;
};

/** Registers organisations with their repositories, a cluster for each, and one template for all. */
export const createStage = async (
  service: Pick<TestService, "api" | "sandbox">,
  size: { organisations: number; repositoriesEach: number },
): Promise<Stage> => {
  const { api } = service;
  const name = `stage-${randomBytes(5).toString("hex")}`;
  const template = await api.post("/query-templates", {
    name,
    version: 1,
    engine_type: "elasticsearch",
    declared_params: Object.fromEntries(PARAM_NAMES.map((param) => [param, "int"])),
  });
  const repositories: StageRepository[] = [];
  const clusterIds: string[] = [];
  for (let number = 0; number < size.organisations; number++) {
    const organisation = `org-${number}-${name}`;
    await service.sandbox.createOrganization(organisation);
    for (let each = 0; each < size.repositoriesEach; each++) {
      const repository = await createRepository(service, {
        organisation,
        name: `config-${each}`,
        template: name,
      });
      repositories.push(repository);
      const cluster = await api.post("/clusters", {
        name: `${organisation}-${each}`,
        engine_type: "elasticsearch",
        environment: "prod",
        config_repo_id: repository.configRepoId,
        config_path: CONFIG_PATH,
      });
      clusterIds.push(cluster.id);
    }
  }
  return { repositories, clusterIds, cast: [], draft: createDrafts(api, template.id) };
};

const createRepository = async (
  { api, sandbox }: Pick<TestService, "api" | "sandbox">,
  { organisation, name, template }: { organisation: string; name: string; template: string },
): Promise<StageRepository> => {
  const files = { [`${CONFIG_PATH}/${template}.params.json`]: paramsFile() };
  const repository = await sandbox.createRepository({ owner: organisation, name, files });
  await sandbox.pushAs("alice", repository.id, "release", { "RELEASE.md": "What is released.\n" });
  const installation = sandbox.installation(organisation);
  const body = {
    name: `${repository.full_name}-by-hand`,
    repo_url: repository.html_url,
    auth_ref: String(installation?.id),
  };
  const answer = await api.request<{ id: string; detail?: { reason?: string } }>("POST", "/config-repos", {
    body,
  });
  // The installation's event may have registered it a moment before.
  const configRepoId = answer.status === 201 ? answer.body.id : answer.body.detail?.reason;
  if (configRepoId === undefined) throw new Error(JSON.stringify(answer.body));
  return { id: repository.id, organisation, configRepoId };
};

/** Each proposal changes one parameter to a value nobody else has, so that none is on the base branch already. */
const createDrafts = (api: TestService["api"], template_id: string): Stage["draft"] => {
  let drafts = 0;
  return async ({ clusterId, study }) => {
    const number = drafts++;
    const param = PARAM_NAMES[number % PARAMS_COUNT] ?? "";
    const of =
      study === "none" ? null : study === "new" ? await putStudy(api, clusterId, template_id) : study;
    const target = { cluster_id: of?.clusterId ?? clusterId, template_id };
    const body = { ...target, config_diff: { [param]: { to: number + 2 } } };
    const id = randomUUID();
    const { studyId = null, trialId = null } = of ?? {};
    return {
      id,
      studyId,
      trialId,
      clusterId: target.cluster_id,
      branch: branchName({ id, study_id: studyId }),
      body: studyId === null ? body : { ...body, study_id: studyId, study_trial_id: trialId },
    };
  };
};

const putStudy = async (api: TestService["api"], clusterId: string, template_id: string) => {
  const [studyId, trialId] = [randomUUID(), randomUUID()];
  const body = completedStudy({ cluster_id: clusterId, template_id }, trialId, {
    param_0: 0.7,
    param_1: 0.3,
  });
  const answer = await api.request("PUT", `/studies/${studyId}`, { body });
  if (answer.status !== 201) throw new Error(JSON.stringify(answer.body));
  return { studyId, trialId, clusterId };
};
