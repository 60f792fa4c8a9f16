import { describe, expect, it } from "vitest";
import { chartPathsOf, planCommits } from "../../../src/jobs/open-pr/plan-commits.ts";
import { type PullTexts, prFactsOf } from "../../../src/jobs/open-pr/pull-texts.ts";
import { PROPOSAL_ID, STUDY_ID, studyFacts } from "../../proposals/pr-text/sample-facts.ts";

const PATH = "clusters/products/product_search.params.json";
const AFTER = new TextEncoder().encode('{ "title_boost": 2.5 }\n');
const CHART = new Uint8Array([1, 2, 3]);

const fixed = {
  identity: { name: "relyloop[bot]", email: "1+relyloop[bot]@users.noreply.github.com" },
  requestedAt: "2026-11-22T12:00:00.999Z",
  redact: (text: string) => text,
};

const texts = (changes: { study?: null } = {}): PullTexts => ({
  facts: { ...studyFacts, ...changes } as unknown as PullTexts["facts"],
  change: {
    path: PATH,
    before: new Uint8Array(),
    after: AFTER,
    changes: [...studyFacts.changes],
    drift: [{ param: "title_boost", expected: 1, actual: 1.5 }] as unknown as PullTexts["change"]["drift"],
    outOfRange: [{ param: "title_boost", value: 2.5, low: null, high: 2 }],
  },
  actor: { token: "ui", person: "Ada Lovelace" },
  baseUrl: "https://relyloop.example.com",
  redact: fixed.redact,
});

describe("the commits of a pull request", () => {
  it("are the params file, then the study's chart, by the bot and at the time of the press", () => {
    const commits = planCommits(texts(), CHART, fixed);
    expect(commits.map(({ files }) => files)).toEqual([
      [{ path: PATH, bytes: AFTER }],
      [{ path: `.relyloop/digest-charts/${STUDY_ID}.png`, bytes: CHART }],
    ]);
    for (const { identity, date_s } of commits) {
      expect(identity).toEqual(fixed.identity);
      expect(date_s).toBe(Date.parse("2026-11-22T12:00:00Z") / 1_000);
    }
    const [params, chart] = commits.map(({ message }) => message);
    expect(params).toMatch(/^relevance: tune product_search params \(study /);
    expect(params).toContain(`RelyLoop-Proposal: ${PROPOSAL_ID}`);
    expect(params).toContain("Requested-by: Ada Lovelace");
    expect(chart).toMatch(/^relevance: add parameter importance chart \(study /);
  });

  it("are one without a chart, and one where there is no study", () => {
    expect(planCommits(texts(), null, fixed)).toHaveLength(1);
    expect(planCommits(texts({ study: null }), CHART, fixed).map(({ files }) => files[0]?.path)).toEqual([
      PATH,
    ]);
  });

  it("reach a chart's folder only where a study and its digest can bring one", () => {
    const { study, digest } = texts().facts;
    expect(chartPathsOf({ study, digest })).toEqual([`.relyloop/digest-charts/${STUDY_ID}.png`]);
    expect(chartPathsOf({ study, digest: null })).toEqual([]);
    expect(chartPathsOf({ study: null, digest })).toEqual([]);
  });

  it("are the same for each run of an attempt", () => {
    expect(planCommits(texts(), CHART, fixed)).toEqual(planCommits(texts(), CHART, fixed));
  });

  it("hold no secret in their messages, whether it was in the rows or comes about in the text", () => {
    const redact = (text: string) => text.replaceAll("Ada Lovelace", "[redacted]").replaceAll("chart", "[x]");
    const [params, chart] = planCommits(texts(), CHART, { ...fixed, redact });
    expect(params?.message).toContain("Requested-by: [redacted]");
    expect(chart?.message).not.toContain("chart");
  });
});

describe("what the texts are made from", () => {
  it("are the rows, the planned change, and who pressed", () => {
    const input = texts();
    expect(prFactsOf(input)).toEqual({
      ...studyFacts,
      requestedBy: input.actor,
      changes: input.change.changes,
      drift: input.change.drift,
      outOfRange: input.change.outOfRange,
      baseUrl: input.baseUrl,
    });
  });

  it("are without secrets already, so that no escaping hides one from being found", () => {
    const redact = (text: string) => text.replaceAll(/Product|title|Ada/g, "[redacted]");
    const facts = prFactsOf({ ...texts(), redact });
    expect(JSON.stringify(facts)).not.toMatch(/Product|title|Ada/);
    expect(facts.study?.name).toBe("[redacted] search, autumn");
    expect(facts.study?.started_at).toEqual(studyFacts.study?.started_at);
  });
});
