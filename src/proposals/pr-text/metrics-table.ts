import { codeSpan, table } from "../markdown.ts";
import type { PrFacts } from "../pr-facts.ts";
import { metricRows } from "./metric-rows.ts";

/** What a study measured, before and after. */
export function metricsTable(facts: Pick<PrFacts, "proposal" | "study">): string {
  const rows = metricRows(facts);
  if (rows.length === 0) return "The study has recorded no metrics.";
  return table(
    [
      { title: "Metric" },
      { title: "Baseline", right: true },
      { title: "Achieved", right: true },
      { title: "Δ%", right: true },
    ],
    rows.map(({ name, baseline, achieved, delta }) => [codeSpan(name), baseline, achieved, delta]),
  );
}
