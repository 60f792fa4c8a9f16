import { v7 as uuidv7 } from "uuid";
import type { HttpHarness } from "./http-harness.ts";

/** Rows made through the API itself, with what a test does not care about filled in. */

const unique = (word: string): string => `${word}-${uuidv7().slice(-12)}`;

export const clusterBody = (changes: object = {}) => ({
  name: unique("cluster"),
  engine_type: "elasticsearch",
  environment: "prod",
  ...changes,
});

export const templateBody = (changes: object = {}) => ({
  name: unique("products"),
  version: 1,
  engine_type: "elasticsearch",
  declared_params: {
    boost: { type: "float", low: 0.5, high: 10 },
    mode: { type: "categorical", choices: ["a", 1] },
  },
  ...changes,
});

export const trialBody = (number: number, changes: object = {}) => ({
  id: uuidv7(),
  number,
  params: { boost: number + 0.5 },
  primary_metric: 0.5 + number / 1_000,
  metrics: { "ndcg@10": 0.5 },
  status: "complete",
  is_baseline: number === 0,
  duration_ms: 1_500,
  started_at: "2026-11-01T10:00:00+01:00",
  ended_at: "2026-11-01T10:00:01.5+01:00",
  ...changes,
});

export const studyBody = (target: { cluster_id: string; template_id: string }, changes: object = {}) => ({
  name: unique("study"),
  ...target,
  status: "completed",
  objective: { metric: "ndcg@10", direction: "maximize" },
  baseline_metric: 0.612,
  best_metric: 0.762,
  best_trial_id: null,
  trial_count: 2,
  started_at: "2026-11-01T10:00:00Z",
  completed_at: "2026-11-01T11:00:00Z",
  trials: [trialBody(0), trialBody(1)],
  digest: {
    narrative: "Raising boost helps.\nA lot.",
    parameter_importance: { boost: 0.9 },
    recommended_config: { boost: 4.2 },
    suggested_followups: ["try a larger range"],
    generated_by: "tuner 1.2",
  },
  ...changes,
});

export const createTarget = async (http: HttpHarness) => {
  const cluster = await http.call("POST", "clusters", { payload: clusterBody() });
  const template = await http.call("POST", "query-templates", { payload: templateBody() });
  return { cluster_id: cluster.body.id as string, template_id: template.body.id as string };
};

export const createStudy = async (http: HttpHarness, changes: object = {}) => {
  const target = await createTarget(http);
  const id = uuidv7();
  const body = studyBody(target, changes);
  await http.call("PUT", `studies/${id}`, { payload: body });
  return { ...target, study_id: id, body };
};

export const proposalBody = (target: { cluster_id: string; template_id: string }, changes: object = {}) => ({
  cluster_id: target.cluster_id,
  template_id: target.template_id,
  config_diff: { boost: { from: 1, to: 4.2 } },
  ...changes,
});
