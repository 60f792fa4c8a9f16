import type { Actor } from "./actor.ts";
import type { ConfigDiff, OutOfRange } from "./config-diff.ts";
import type { ParamChange, ParamDrift } from "./params-file.ts";

/** What is told about a proposal on GitHub: the input of every text in pr-text/. */

export interface MetricDelta {
  baseline?: number | null;
  achieved?: number | null;
  /** Percent; used only where it can't be computed from the other two. */
  delta_pct?: number | null;
}

export interface StudyFacts {
  id: string;
  name: string;
  baseline_metric: number | null;
  best_metric: number | null;
  trial_count: number | null;
  /** Shape unknown; `{"metric": "ndcg@10", "direction": "maximize"}` is usual. */
  objective: unknown;
  started_at: Date | null;
  completed_at: Date | null;
}

export interface DigestFacts {
  narrative: string | null;
  /** Importance by parameter; usually numbers that add up to 1, but nothing enforces it. */
  parameter_importance: Record<string, unknown>;
  /** Shape unknown; a list of texts is usual. */
  suggested_followups: unknown;
}

export interface TrialFacts {
  number: number;
  primary_metric: number | null;
  params: unknown;
  is_baseline: boolean;
}

export interface PrFacts {
  proposal: { id: string; config_diff: ConfigDiff; metric_delta: Record<string, MetricDelta> | null };
  /** null: made by hand. */
  study: StudyFacts | null;
  digest: DigestFacts | null;
  /** Best first. */
  topTrials: readonly TrialFacts[];
  cluster: { name: string; environment: string; engine_type: string };
  template: { name: string; version: number };
  requestedBy: Actor;
  changes: readonly ParamChange[];
  drift: readonly ParamDrift[];
  outOfRange: readonly OutOfRange[];
  /** RELYLOOP_BASE_URL; null: no links to the study. */
  baseUrl: string | null;
}
