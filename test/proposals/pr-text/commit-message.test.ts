import { execFileSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import type { PrFacts } from "../../../src/proposals/pr-facts.ts";
import { chartCommitMessage, commitMessage } from "../../../src/proposals/pr-text/commit-message.ts";
import { HOSTILE, manualFacts, PROPOSAL_ID, STUDY_ID, sampleStudy, studyFacts } from "./sample-facts.ts";

/** The trailers as git itself reads them. */
function trailersOf(message: string): string[] {
  const output = execFileSync("git", ["interpret-trailers", "--parse"], { input: message, encoding: "utf8" });
  return output.trimEnd().split("\n");
}

test("a study's commit tells what was tuned, from what to what, and for whom", () => {
  expect(commitMessage(studyFacts)).toBe(`relevance: tune product_search params (study ${STUDY_ID})

Cluster: prod-eu (elasticsearch, prod)
Template: product_search v3
Metric: 0.612 → 0.762 (+24.5%), ndcg@10

Changed params:
- title_boost: 1.50 → 2.5
- phrase_slop: (not set) → 2

Trials: 120
Duration: 2 h 5 min

RelyLoop-Proposal: ${PROPOSAL_ID}
RelyLoop-Study: ${STUDY_ID}
Requested-by: Ada Lovelace
`);
});

test("a commit by hand has no study to tell of", () => {
  expect(commitMessage(manualFacts)).toBe(`relevance: tune product_search params (proposal ${PROPOSAL_ID})

Cluster: prod-eu (elasticsearch, prod)
Template: product_search v3

Changed params:
- title_boost: 1.50 → 2.5
- phrase_slop: (not set) → 2

RelyLoop-Proposal: ${PROPOSAL_ID}
Requested-by: Ada Lovelace
`);
});

test("the chart's commit has a message and trailers of its own", () => {
  expect(chartCommitMessage(studyFacts)).toBe(`relevance: add parameter importance chart (study ${STUDY_ID})

The pull request's comment shows this image.

RelyLoop-Proposal: ${PROPOSAL_ID}
RelyLoop-Study: ${STUDY_ID}
Requested-by: Ada Lovelace
`);
});

describe("what is not known is left out", () => {
  test("of the study", () => {
    const study = {
      ...sampleStudy,
      trial_count: null,
      started_at: null,
      baseline_metric: null,
      best_metric: null,
    };
    const message = commitMessage({
      ...studyFacts,
      study,
      proposal: { ...studyFacts.proposal, metric_delta: null },
    });
    expect(message).not.toMatch(/Trials|Duration|Metric/);
    expect(message).not.toContain("\n\n\n");
  });

  test("of the person", () => {
    const message = commitMessage({ ...studyFacts, requestedBy: { token: "ui", person: null } });
    expect(trailersOf(message)).toEqual([`RelyLoop-Proposal: ${PROPOSAL_ID}`, `RelyLoop-Study: ${STUDY_ID}`]);
  });
});

describe("text from the database", () => {
  const hostile: PrFacts = {
    ...studyFacts,
    proposal: {
      ...studyFacts.proposal,
      metric_delta: { [HOSTILE]: { baseline: 1, achieved: 2, delta_pct: null } },
    },
    cluster: { name: HOSTILE, environment: HOSTILE, engine_type: HOSTILE },
    template: { name: HOSTILE, version: 1 },
    requestedBy: { token: HOSTILE, person: HOSTILE },
    changes: [{ param: HOSTILE, from: HOSTILE, fromText: JSON.stringify(HOSTILE), to: HOSTILE }],
  };

  test("cannot add trailers or lines", () => {
    for (const message of [commitMessage(hostile), chartCommitMessage(hostile)]) {
      const keys = trailersOf(message).map((line) => line.split(":")[0]);
      expect(keys).toEqual(["RelyLoop-Proposal", "RelyLoop-Study", "Requested-by"]);
      expect(message).not.toMatch(/^Signed-off-by/m);
      expect(message.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\u2028\u202E]/u);
      expect(message.isWellFormed()).toBe(true);
    }
    expect(commitMessage(hostile).split("\n")).toHaveLength(commitMessage(studyFacts).split("\n").length - 1);
  });

  test("cannot mention anybody or close an issue when the commit is merged", () => {
    for (const message of [commitMessage(hostile), chartCommitMessage(hostile)]) {
      expect(message).not.toMatch(/(?<![A-Za-z0-9])@octocat|#12|GH-12|:\/\//);
    }
  });
});

test("two hundred long changes are cut, the trailers stay", () => {
  const changes = Array.from({ length: 200 }, (_, index) => ({
    param: `${"p".repeat(190)}${index}`,
    to: "v".repeat(1_000),
  }));
  const message = commitMessage({ ...studyFacts, changes });
  expect(message.length).toBeLessThan(21_000);
  expect(message).toContain("v…");
  expect(message).toContain("\n\n… (cut: see the diff for the rest)\n\nTrials: 120\n");
  expect(trailersOf(message)).toHaveLength(3);
});
