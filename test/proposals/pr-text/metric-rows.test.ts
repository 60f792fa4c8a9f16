import { describe, expect, it } from "vitest";
import { metricRows, objectiveName } from "../../../src/proposals/pr-text/metric-rows.ts";
import { sampleStudy, studyFacts } from "./sample-facts.ts";

const rows = (metric_delta: typeof studyFacts.proposal.metric_delta, study: object = {}) =>
  metricRows({
    proposal: { ...studyFacts.proposal, metric_delta },
    study: { ...sampleStudy, ...study },
  });

describe("what a study measured", () => {
  it("begins with its objective, and keeps the order of the others", () => {
    const one = { baseline: 1, achieved: 2 };
    const names = (...metrics: string[]) =>
      rows(Object.fromEntries(metrics.map((name) => [name, one]))).map(({ name }) => name);
    expect(names("b", "a", "ndcg@10")).toEqual(["ndcg@10", "b", "a"]);
    expect(names("b", "ndcg@10", "a")).toEqual(["ndcg@10", "b", "a"]);
    expect(names("ndcg@10", "b", "a")).toEqual(["ndcg@10", "b", "a"]);
  });

  it("is what the study itself knows where the proposal says nothing, also when one number is missing", () => {
    expect(rows({}, { best_metric: null })).toEqual([
      { name: "ndcg@10", baseline: "0.612", achieved: "n/a", delta: "n/a" },
    ]);
    expect(rows(null, { baseline_metric: null })).toEqual([
      { name: "ndcg@10", baseline: "n/a", achieved: "0.762", delta: "n/a" },
    ]);
    expect(rows(null, { baseline_metric: null, best_metric: null })).toEqual([]);
  });

  it("shows fifty metrics and no more", () => {
    const many = Array.from({ length: 51 }, (_, index) => [`m${index}`, { baseline: 1, achieved: 1 }]);
    expect(rows(Object.fromEntries(many))).toHaveLength(50);
  });

  it("tells the change as it was sent only where it can't be computed, and takes no text for a number", () => {
    expect(rows({ m: { baseline: 1, achieved: 2, delta_pct: 7 } })[0]?.delta).toBe("+100.0%");
    expect(rows({ m: { baseline: null, achieved: 2, delta_pct: 7 } })[0]?.delta).toBe("+7.0%");
    expect(rows({ m: { baseline: 1, delta_pct: 7 } })[0]?.delta).toBe("+7.0%");
    expect(rows({ m: { baseline: "1", achieved: 2 } as never })[0]).toMatchObject({ baseline: "n/a" });
    expect(rows({ m: null as never })[0]).toMatchObject({ baseline: "n/a", achieved: "n/a", delta: "n/a" });
  });
});

describe("the name of an objective", () => {
  it.each([
    ["mrr", "mrr"],
    ["", "primary metric"],
    [null, "primary metric"],
    [7, "primary metric"],
    [{}, "primary metric"],
    [{ metric: "a", name: "b", primary_metric: "c" }, "a"],
    [{ metric: "", name: "b", primary_metric: "c" }, "b"],
    [{ metric: 1, primary_metric: "c" }, "c"],
  ])("of %j is %s", (objective, name) => {
    expect(objectiveName({ objective })).toBe(name);
  });
});
