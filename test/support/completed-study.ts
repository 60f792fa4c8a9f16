import { randomUUID } from "node:crypto";

/** The body of PUT /studies/{id}: completed, with a digest, so that its pull request has a chart, and two trials. */
export const completedStudy = (
  target: { cluster_id: string; template_id: string },
  bestTrialId: string,
  importance: Record<string, unknown> = { title_boost: 0.7, "phrase.slop": 0.3 },
) => ({
  ...target,
  name: "Nightly products study",
  status: "completed",
  objective: { metric: "ndcg@10", direction: "maximize" },
  baseline_metric: 0.612,
  best_metric: 0.762,
  best_trial_id: bestTrialId,
  trial_count: 2,
  started_at: "2026-11-20T08:00:00Z",
  completed_at: "2026-11-20T09:30:00Z",
  trials: [
    trial(randomUUID(), 0, 0.612, true, "2026-11-20T08:00:00Z", "2026-11-20T08:30:00Z"),
    trial(bestTrialId, 1, 0.762, false, "2026-11-20T08:30:00Z", "2026-11-20T09:00:00Z"),
  ],
  digest: {
    narrative: "A higher title boost helps.",
    parameter_importance: importance,
    recommended_config: { title_boost: 3.5 },
    suggested_followups: ["Tune the tie breaker."],
    generated_by: "test",
  },
});

const trial = (
  id: string,
  number: number,
  metric: number,
  baseline: boolean,
  started: string,
  ended: string,
) => ({
  id,
  number,
  params: { title_boost: number + 2 },
  primary_metric: metric,
  metrics: { "ndcg@10": metric },
  status: "complete",
  is_baseline: baseline,
  duration_ms: 1_800_000,
  started_at: started,
  ended_at: ended,
});
