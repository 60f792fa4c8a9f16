import { describe, expect, test } from "vitest";
import type { MetricDelta } from "../../../src/proposals/pr-facts.ts";
import { metricRows, objectiveName } from "../../../src/proposals/pr-text/metric-rows.ts";
import {
  formatDuration,
  formatMetric,
  formatPercent,
  percentChange,
} from "../../../src/proposals/pr-text/numbers.ts";
import { studyDuration } from "../../../src/proposals/pr-text/study-run.ts";
import { manualFacts, sampleStudy, studyFacts } from "./sample-facts.ts";

describe("numbers", () => {
  test.each([
    [0.612, "0.612"],
    [1, "1.000"],
    [-0.0001, "0.000"],
    [-0.5, "-0.500"],
    [null, "n/a"],
    [Number.NaN, "n/a"],
  ])("the metric %s is written %s", (value, text) => {
    expect(formatMetric(value)).toBe(text);
  });

  test.each([
    [24.509, "+24.5%"],
    [0, "+0.0%"],
    [-0.01, "+0.0%"],
    [-12.36, "-12.4%"],
    [null, "n/a"],
    [Number.POSITIVE_INFINITY, "n/a"],
  ])("the change %s is written %s", (value, text) => {
    expect(formatPercent(value)).toBe(text);
  });

  test.each([
    [0.5, 0.75, 50],
    [-2, -1, 50],
    [0, 0.5, null],
    [0, 0, 0],
    [null, 1, null],
    [1, null, null],
  ])("from %s to %s is a change of %s percent", (baseline, achieved, percent) => {
    expect(percentChange(baseline, achieved)).toBe(percent);
  });

  test.each([
    [0, "0 s"],
    [59_400, "59 s"],
    [59_600, "1 min 0 s"],
    [3_599_000, "59 min 59 s"],
    [3_600_000, "1 h 0 min"],
    [7_530_000, "2 h 5 min"],
    [172_800_000, "2 d 0 h"],
  ])("%i ms is %s", (duration_ms, text) => {
    expect(formatDuration(duration_ms)).toBe(text);
  });

  test("a study that ended before it began has no duration", () => {
    const early = new Date(0);
    expect(studyDuration({ ...sampleStudy, completed_at: early })).toBeUndefined();
    expect(studyDuration({ started_at: null, completed_at: early })).toBeUndefined();
    expect(studyDuration({ started_at: early, completed_at: early })).toBe("0 s");
  });
});

describe("the metrics of a proposal", () => {
  const rowsOf = (metric_delta: Record<string, MetricDelta> | null, study = sampleStudy) =>
    metricRows({ proposal: { ...studyFacts.proposal, metric_delta }, study });

  test("come from its metric_delta, the study's objective first", () => {
    const delta = {
      mrr: { baseline: 0.5, achieved: 0.4 },
      "ndcg@10": { baseline: 0.612, achieved: 0.762, delta_pct: 1 },
    };
    expect(rowsOf(delta)).toEqual([
      { name: "ndcg@10", baseline: "0.612", achieved: "0.762", delta: "+24.5%" },
      { name: "mrr", baseline: "0.500", achieved: "0.400", delta: "-20.0%" },
    ]);
  });

  test("come from the study where there is no metric_delta", () => {
    const row = { name: "ndcg@10", baseline: "0.612", achieved: "0.762", delta: "+24.5%" };
    expect(rowsOf(null)).toEqual([row]);
    expect(rowsOf({})).toEqual([row]);
    expect(rowsOf(null, { ...sampleStudy, baseline_metric: null })).toEqual([
      { ...row, baseline: "n/a", delta: "n/a" },
    ]);
    expect(rowsOf(null, { ...sampleStudy, baseline_metric: null, best_metric: null })).toEqual([]);
  });

  test("survive whatever stands in the column", () => {
    const delta = { a: null, b: { baseline: "1", delta_pct: 5 }, c: 3 } as unknown as Record<
      string,
      MetricDelta
    >;
    expect(rowsOf(delta).map(({ delta: percent }) => percent)).toEqual(["n/a", "+5.0%", "n/a"]);
  });

  test("are not there by hand", () => {
    expect(metricRows(manualFacts)).toEqual([]);
  });

  test.each([
    [{ metric: "mrr" }, "mrr"],
    [{ name: "mrr" }, "mrr"],
    ["mrr", "mrr"],
    [{ metric: 5 }, "primary metric"],
    [[], "primary metric"],
    [null, "primary metric"],
    [undefined, "primary metric"],
  ])("the objective %j is called %s", (objective, name) => {
    expect(objectiveName({ objective })).toBe(name);
  });
});
