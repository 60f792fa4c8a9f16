import { randomUUID } from "node:crypto";
import fc from "fast-check";
import { completedStudy } from "../../test/support/completed-study.ts";
import { createScenario, type Scenario } from "../../test/support/scenario.ts";
import type { TestService } from "../../test/support/start-service.ts";
import { printableLine, storableLine, storableText } from "./hostile-text.ts";

/** Everything of a proposal that is text and lands somewhere on GitHub. */
export interface Words {
  study: string;
  cluster: string;
  narrative: string;
  followUps: readonly string[];
  generatedBy: string;
  metrics: readonly string[];
  params: readonly { name: string; old: string; expected: string; to: string }[];
  actor: string;
  reason: string;
}

const PARAMS = 3;
const METRICS = 2;
const FOLLOW_UPS = 4;
const NAME_LENGTH_MAX = 200;
/** Declared from 0 to 1: a value out of range has its own table. */
const RATIO = { type: "float", low: 0, high: 1 };

const short = (text: string): string => text.slice(0, NAME_LENGTH_MAX).toWellFormed();
const names = (count: number) =>
  fc.uniqueArray(
    storableLine.map(short).filter((name) => name !== "__proto__" && name !== "ratio"),
    { minLength: count, maxLength: count },
  );

/** As many of each as {@link plainWords} has. */
export const hostileWords: fc.Arbitrary<Words> = fc
  .record({
    study: storableLine.map(short),
    cluster: storableLine.map(short),
    narrative: storableText,
    followUps: fc.array(storableText, { minLength: FOLLOW_UPS, maxLength: FOLLOW_UPS }),
    generatedBy: storableLine.map(short),
    metrics: names(METRICS),
    names: names(PARAMS),
    values: fc.uniqueArray(storableText, { minLength: 3 * PARAMS, maxLength: 3 * PARAMS }),
    actor: printableLine,
    reason: storableText,
  })
  .map(({ names: params, values, ...words }) => ({
    ...words,
    params: params.map((name, index) => {
      const [old = "", expected = "", to = ""] = values.slice(3 * index);
      return { name, old, expected, to };
    }),
  }));

const numbered = (word: string, count: number): string[] =>
  Array.from({ length: count }, (_, index) => `${word}${"abcdef"[index]}`);

/** The same in words that mean nothing to anybody. */
export const plainWords: Words = {
  study: "study",
  cluster: "cluster",
  narrative: "narrative",
  followUps: numbered("follow", FOLLOW_UPS),
  generatedBy: "somebody",
  metrics: numbered("metric", METRICS),
  params: numbered("param", PARAMS).map((name) => ({ name, old: "old", expected: "expected", to: "to" })),
  actor: "actor",
  reason: "reason",
};

export interface SubmittedProposal {
  scenario: Scenario;
  proposalId: string;
  studyId: string;
}

/** Registers and submits it all over the API. @throws Error when the API refuses any of it */
export const submitProposal = async (
  service: Pick<TestService, "api" | "sandbox">,
  words: Words,
): Promise<SubmittedProposal> => {
  const { api } = service;
  const { params, metrics } = words;
  const of = <T>(value: (param: Words["params"][number]) => T) =>
    Object.fromEntries(params.map((param) => [param.name, value(param)]));
  const scenario = await createScenario(service, {
    declared: { ...of(() => "string"), ratio: RATIO },
    params: `${JSON.stringify({ ...of(({ old }) => old), ratio: 0.5 }, null, 2)}\n`,
  });
  const named = await api.request("PATCH", `/clusters/${scenario.clusterId}`, {
    body: { name: words.cluster },
  });
  // Another proposal may have taken the same hostile name.
  if (named.status >= 400 && named.status !== 409) throw new Error(JSON.stringify(named.body));

  const target = { cluster_id: scenario.clusterId, template_id: scenario.templateId };
  const [studyId, trialId] = [randomUUID(), randomUUID()];
  const study = completedStudy(target, trialId, Object.fromEntries(params.map(({ name }) => [name, 0.5])));
  const body = {
    ...study,
    name: words.study,
    objective: { metric: metrics[0], direction: "maximize" },
    trials: study.trials.map((trial) => ({ ...trial, params: of(({ to }) => to) })),
    digest: {
      ...study.digest,
      narrative: words.narrative,
      suggested_followups: words.followUps,
      generated_by: words.generatedBy,
    },
  };
  const stored = await api.request("PUT", `/studies/${studyId}`, { body });
  if (stored.status >= 400) throw new Error(JSON.stringify(stored.body));
  const { id } = await api.post("/proposals", {
    ...target,
    study_id: studyId,
    study_trial_id: trialId,
    config_diff: { ...of(({ expected: from, to }) => ({ from, to })), ratio: { to: 5 } },
    metric_delta: Object.fromEntries(
      metrics.map((metric) => [metric, { baseline: 0.6, achieved: 0.7, delta_pct: null }]),
    ),
  });
  return { scenario, proposalId: id, studyId };
};

/** A person's name as the bytes of a header. */
export const actorHeader = ({ actor }: Words): Record<string, string> => ({
  "x-relyloop-actor": Buffer.from(actor).toString("latin1"),
});
