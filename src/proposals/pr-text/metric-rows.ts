import type { MetricDelta, PrFacts, StudyFacts } from "../pr-facts.ts";
import { formatMetric, formatPercent, percentChange } from "./numbers.ts";

export interface MetricRow {
  /** From the database: escape it. */
  name: string;
  baseline: string;
  achieved: string;
  delta: string;
}

const METRIC_ROWS_MAX = 50;
const NAME_UNKNOWN = "primary metric";

/**
 * What the study measured, its objective first: from the proposal's metric_delta, or, where that says nothing, from the
 * study's own two numbers. Empty when neither knows any.
 */
export function metricRows(facts: Pick<PrFacts, "proposal" | "study">): MetricRow[] {
  const { study } = facts;
  if (study === null) return [];
  const objective = objectiveName(study);
  const rows = Object.entries(facts.proposal.metric_delta ?? {}).map(([name, delta]) => toRow(name, delta));
  if (rows.length === 0) {
    const { baseline_metric: baseline, best_metric: achieved } = study;
    return baseline === null && achieved === null ? [] : [toRow(objective, { baseline, achieved })];
  }
  rows.sort((one, other) => Number(other.name === objective) - Number(one.name === objective));
  return rows.slice(0, METRIC_ROWS_MAX);
}

/** The name of the metric a study optimised. */
export function objectiveName(study: Pick<StudyFacts, "objective">): string {
  const { objective } = study;
  if (typeof objective === "string" && objective !== "") return objective;
  if (typeof objective !== "object" || objective === null) return NAME_UNKNOWN;
  const named = objective as { metric?: unknown; name?: unknown; primary_metric?: unknown };
  const candidates = [named.metric, named.name, named.primary_metric];
  return candidates.find((name): name is string => typeof name === "string" && name !== "") ?? NAME_UNKNOWN;
}

function toRow(name: string, delta: MetricDelta | null): MetricRow {
  const baseline = finite(delta?.baseline);
  const achieved = finite(delta?.achieved);
  const percent =
    baseline === null || achieved === null ? finite(delta?.delta_pct) : percentChange(baseline, achieved);
  return {
    name,
    baseline: formatMetric(baseline),
    achieved: formatMetric(achieved),
    delta: formatPercent(percent),
  };
}

/** The column is jsonb, so that what stands there may be anything. */
function finite(value: unknown): number | null {
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}
