import { codeSpan, table } from "../markdown.ts";
import type { StudyFacts, TrialFacts } from "../pr-facts.ts";
import { objectiveName } from "./metric-rows.ts";
import { formatMetric } from "./numbers.ts";
import { spellValue } from "./values.ts";

const TOP_TRIALS_MAX = 10;

/** The best trials with their values, or undefined where none is known. */
export function topTrialsTable(trials: readonly TrialFacts[], study: StudyFacts): string | undefined {
  if (trials.length === 0) return undefined;
  return table(
    [
      { title: "Trial", right: true },
      { title: codeSpan(objectiveName(study)), right: true },
      { title: "Params" },
    ],
    trials.slice(0, TOP_TRIALS_MAX).map((trial) => [
      `${trial.number}${trial.is_baseline ? " (baseline)" : ""}`,
      formatMetric(trial.primary_metric),
      // Cut as a whole: the table is for comparing at a glance, the study has the rest.
      codeSpan(spellValue(JSON.stringify(trial.params ?? {}))),
    ]),
  );
}
