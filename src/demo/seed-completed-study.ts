import { v7 as uuidv7 } from "uuid";
import type { Db } from "../db/connect.ts";
import { appendEvent } from "../db/events-store.ts";
import { insertProposal } from "../db/proposals-store.ts";
import { insertStudyIfAbsent, putDigest, upsertTrials } from "../db/studies-store.ts";
import type { DemoIds } from "./ensure-demo-registry.ts";

const BASELINE = 0.612;
const BEST = 0.762;
const BASELINE_DURATION_MS = 84_000;
const BEST_DURATION_MS = 91_500;
const PAUSE_MS = 1_500;

const BEST_PARAMS = { title_boost: 3.4, tie_breaker: 0.15, fuzziness: "AUTO", "phrase.slop": 3 };

/**
 * Makes a completed study with two trials, a digest and, if wanted, a pending proposal, in one transaction. Only the
 * sandbox offers it.
 */
export const createSeedCompletedStudy =
  (deps: { db: Db; demo: () => Promise<DemoIds>; now: () => number }) =>
  async ({ withPendingProposal }: { withPendingProposal: boolean }) => {
    const { clusterId, templateId } = await deps.demo();
    const studyId = uuidv7();
    const trials = makeTrials(deps.now());
    const [baseline, best] = trials;
    return deps.db.transaction().execute(async (trx) => {
      await insertStudyIfAbsent(trx, studyId, {
        name: `Products relevance ${new Date(deps.now()).toISOString().slice(0, 16).replace("T", " ")}`,
        cluster_id: clusterId,
        template_id: templateId,
        status: "completed",
        objective: { metric: "ndcg@10", direction: "maximize" },
        baseline_metric: BASELINE,
        best_metric: BEST,
        best_trial_id: best.id,
        trial_count: trials.length,
        started_at: baseline.started_at,
        completed_at: best.ended_at,
      });
      await upsertTrials(trx, studyId, trials);
      await putDigest(trx, studyId, DIGEST);
      const digest = await trx
        .selectFrom("digests")
        .select("id")
        .where("study_id", "=", studyId)
        .executeTakeFirstOrThrow();
      const proposalId = withPendingProposal
        ? await addProposal(trx, { studyId, trialId: best.id, clusterId, templateId })
        : null;
      return {
        study_id: studyId,
        cluster_id: clusterId,
        template_id: templateId,
        trial_ids: trials.map((trial) => trial.id),
        digest_id: digest.id,
        proposal_id: proposalId,
      };
    });
  };

/** The baseline and the best one after it; their times agree with their durations. */
const makeTrials = (now_ms: number) => {
  const ended_ms = now_ms - 60_000;
  const bestStarted_ms = ended_ms - BEST_DURATION_MS;
  const baselineEnded_ms = bestStarted_ms - PAUSE_MS;
  const common = { status: "complete" as const };
  return [
    {
      ...common,
      id: uuidv7(),
      number: 0,
      is_baseline: true,
      params: { title_boost: 2, tie_breaker: 0.3, fuzziness: "AUTO:4,7", "phrase.slop": 2 },
      primary_metric: BASELINE,
      metrics: { "ndcg@10": BASELINE, "recall@50": 0.83 },
      duration_ms: BASELINE_DURATION_MS,
      started_at: new Date(baselineEnded_ms - BASELINE_DURATION_MS),
      ended_at: new Date(baselineEnded_ms),
    },
    {
      ...common,
      id: uuidv7(),
      number: 1,
      is_baseline: false,
      params: BEST_PARAMS,
      primary_metric: BEST,
      metrics: { "ndcg@10": BEST, "recall@50": 0.88 },
      duration_ms: BEST_DURATION_MS,
      started_at: new Date(bestStarted_ms),
      ended_at: new Date(ended_ms),
    },
  ] as const;
};

const DIGEST = {
  narrative:
    "A higher title boost moves exact product names up. Looser fuzziness helps misspelt brands; the lower tie breaker keeps long descriptions from outranking them.",
  parameter_importance: { title_boost: 0.52, fuzziness: 0.23, tie_breaker: 0.17, "phrase.slop": 0.08 },
  recommended_config: BEST_PARAMS,
  suggested_followups: [
    "Tune brand_boost with the new title boost fixed.",
    "Try phrase.boost between 1 and 2.",
  ],
  generated_by: "relyloop-demo",
};

const addProposal = async (
  trx: Db,
  {
    studyId,
    trialId,
    clusterId,
    templateId,
  }: { studyId: string; trialId: string; clusterId: string; templateId: string },
): Promise<string> => {
  const proposal = await insertProposal(trx, {
    study_id: studyId,
    study_trial_id: trialId,
    cluster_id: clusterId,
    template_id: templateId,
    config_diff: {
      title_boost: { from: 2, to: BEST_PARAMS.title_boost },
      tie_breaker: { from: 0.3, to: BEST_PARAMS.tie_breaker },
      fuzziness: { from: "AUTO:4,7", to: BEST_PARAMS.fuzziness },
      "phrase.slop": { from: 2, to: BEST_PARAMS["phrase.slop"] },
    },
    metric_delta: { "ndcg@10": { baseline: BASELINE, achieved: BEST, delta_pct: 24.5 } },
  });
  await appendEvent(trx, { proposalId: proposal.id, kind: "proposal_created", data: { source: "study" } });
  return proposal.id;
};
