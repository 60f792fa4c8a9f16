import { randomUUID } from "node:crypto";
import { completedStudy } from "../../../test/support/completed-study.ts";
import { type ConfigDiff, createScenario, type Scenario } from "../../../test/support/scenario.ts";
import type { LeakWorld } from "../leak-world.ts";

/** A repository, and beside it a cluster, a template and proposals whose every text holds a secret. */
export interface PastedScenario {
  scenario: Scenario;
  clusterId: string;
  templateId: string;
  /** @returns the proposal's id */
  byHand(configDiff?: ConfigDiff): Promise<string>;
  fromStudy(): Promise<string>;
}

const FOLDER = "clusters/products";
const CHANGED = "fuzziness";

export const createPastedScenario = async (
  world: Pick<LeakWorld, "api" | "sandbox" | "canaries">,
): Promise<PastedScenario> => {
  const { api, canaries } = world;
  const { pastedName, pastedValue, paste } = canaries;
  const file = `{ "title_boost": 2.0, "${CHANGED}": "AUTO" }\n`;
  const scenario = await createScenario(world, {
    files: { [`${FOLDER}/${pastedName}.params.json`]: file },
    configPath: FOLDER,
  });
  const { id: cluster_id } = await api.post("/clusters", {
    name: `${paste.token} ${randomUUID()}`,
    engine_type: "solr",
    environment: "dev",
    config_repo_id: scenario.configRepoId,
    config_path: FOLDER,
  });
  const template_id = await templateNamed(api, pastedName);
  const target = { cluster_id, template_id };
  const diff: ConfigDiff = { [CHANGED]: { from: paste.text, to: pastedValue } };
  const propose = async (body: object) => (await api.post("/proposals", { ...target, ...body })).id;
  return {
    scenario,
    clusterId: cluster_id,
    templateId: template_id,
    byHand: (config_diff = diff) => propose({ config_diff }),
    fromStudy: async () => {
      const [study_id, study_trial_id] = [randomUUID(), randomUUID()];
      await putPastedStudy(world, study_id, completedStudy(target, study_trial_id));
      const metric_delta = { [paste.token]: { baseline: 0.1, achieved: 0.2, delta_pct: 100 } };
      return propose({ study_id, study_trial_id, config_diff: diff, metric_delta });
    },
  };
};

/** What the chart of a study shows. @param param how one of its params is called */
export const importanceOf = (param: string): Record<string, number> => ({ [param]: 0.7, title_boost: 0.3 });

/** A template's name is taken once; whoever comes later uses the one that is there. */
const templateNamed = async (api: LeakWorld["api"], name: string): Promise<string> => {
  const declared_params = { title_boost: "float", [CHANGED]: "string" };
  const version = 1;
  const body = { name, version, engine_type: "solr", declared_params };
  const answer = await api.request<{ id: string }>("POST", "/query-templates", { body });
  if (answer.status === 201) return answer.body.id;
  const { data } = await api.get<{ data: { id: string; name: string }[] }>("/query-templates?limit=200");
  const known = data.find((template) => template.name === name);
  if (known === undefined) throw new Error(`no template: ${answer.status}`);
  return known.id;
};

const putPastedStudy = async (
  {
    api,
    canaries: {
      paste: { text, token },
    },
  }: Pick<LeakWorld, "api" | "canaries">,
  id: string,
  study: ReturnType<typeof completedStudy>,
): Promise<void> => {
  const body = {
    ...study,
    name: `Nightly ${token}`,
    objective: { metric: text, direction: "maximize" },
    trials: study.trials.map((trial) => ({
      ...trial,
      params: { [token]: text },
      metrics: { [token]: 1 },
    })),
    digest: {
      ...study.digest,
      narrative: text,
      parameter_importance: importanceOf(token),
      recommended_config: { title_boost: text },
      suggested_followups: [text, { why: text }],
      generated_by: token,
    },
  };
  const answer = await api.request("PUT", `/studies/${id}`, { body });
  if (answer.status >= 400)
    throw new Error(`no study: ${answer.status} ${JSON.stringify(answer.body).slice(0, 300)}`);
};
