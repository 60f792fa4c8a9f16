import { randomUUID } from "node:crypto";
import { completedStudy } from "../../test/support/completed-study.ts";
import { createScenario, type Scenario } from "../../test/support/scenario.ts";
import type { Call } from "./caller.ts";
import type { Promised } from "./ledger.ts";
import type { Stage } from "./stage.ts";

const TRIES_MAX = 5;
/** Values a proposal may set, a thousandth apart. */
const VALUES = 8_000;

/** An organisation with a repository of its own. One that the database failed halfway is left, and another one made. */
export const makeScenario = async (stage: Pick<Stage, "api" | "sandbox">): Promise<Scenario> => {
  for (let tries = 1; ; tries++) {
    try {
      return await createScenario(stage);
    } catch (error) {
      if (tries >= TRIES_MAX) throw error;
    }
  }
};

/** Makes a proposal under an id of ours, so that it can be sent again when the answer was 503. */
export const propose = async (
  { random, caller, told, ledger }: Pick<Stage, "random" | "caller" | "told" | "ledger">,
  scenario: Scenario,
  from: "study" | "hand",
): Promise<Promised> => {
  const id = randomUUID();
  const target = { cluster_id: scenario.clusterId, template_id: scenario.templateId };
  const put = async (path: string, body: object): Promise<void> => {
    const call: Call = { method: "PUT", path: `/api/v1${path}`, body: JSON.stringify(body) };
    const { status, code } = await caller.insist(call);
    if (status !== 200 && status !== 201) told.violation(`PUT ${path} ended with ${status} ${code}`);
  };
  let study: { study_id: string; study_trial_id: string } | null = null;
  if (from === "study") {
    study = { study_id: randomUUID(), study_trial_id: randomUUID() };
    await put(`/studies/${study.study_id}`, completedStudy(target, study.study_trial_id));
  }
  const configDiff = { title_boost: { from: 2, to: 2.001 + random.below(VALUES) / 1_000 } };
  await put(`/proposals/${id}`, { ...target, ...study, config_diff: configDiff });
  const promised: Promised = {
    id,
    scenario,
    branch: study === null ? `relyloop/proposal-${id}` : `relyloop/study-${study.study_id}`,
    study: study !== null,
    ends: "pending",
  };
  ledger.proposals.set(id, promised);
  return promised;
};

/** Presses until the press is taken. One before may have been carried out although its answer was 503. */
export const pressUntilTaken = async (
  { caller, told }: Pick<Stage, "caller" | "told">,
  promised: Promised,
): Promise<void> => {
  const answered = await caller.insist({ method: "POST", path: `/api/v1/proposals/${promised.id}/open_pr` });
  const isOver = answered.code === "INVALID_STATE_TRANSITION" && answered.reason === "pr_opened";
  if (answered.status !== 202 && !isOver)
    told.violation(`a press of ${promised.id} ended with ${answered.status} ${answered.code}`);
  promised.ends = "pr_opened";
};
