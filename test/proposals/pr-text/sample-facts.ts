import type { DigestFacts, PrFacts, StudyFacts } from "../../../src/proposals/pr-facts.ts";

export const PROPOSAL_ID = "0199a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b";
export const STUDY_ID = "0199a1b2-c3d4-7000-8000-000000000001";

export const sampleStudy: StudyFacts = {
  id: STUDY_ID,
  name: "Product search, autumn",
  baseline_metric: 0.612,
  best_metric: 0.762,
  trial_count: 120,
  objective: { metric: "ndcg@10", direction: "maximize" },
  started_at: new Date("2026-11-01T10:00:00Z"),
  completed_at: new Date("2026-11-01T12:05:30Z"),
};

export const sampleDigest: DigestFacts = {
  narrative: "Title matches matter most.\n\nSlop above 2 changes little.",
  parameter_importance: { phrase_slop: 0.2, title_boost: 0.8 },
  suggested_followups: ["Try a wider range for title_boost", "Add a fuzziness study"],
};

/** What is known of a study's proposal that changes two parameters, with nothing to warn about. */
export const studyFacts: PrFacts = {
  proposal: {
    id: PROPOSAL_ID,
    config_diff: { title_boost: { from: 1.5, to: 2.5 }, phrase_slop: { to: 2 } },
    metric_delta: { "ndcg@10": { baseline: 0.612, achieved: 0.762, delta_pct: 24.5 } },
  },
  study: sampleStudy,
  digest: sampleDigest,
  topTrials: [
    { number: 87, primary_metric: 0.762, params: { title_boost: 2.5, phrase_slop: 2 }, is_baseline: false },
    { number: 0, primary_metric: 0.612, params: { title_boost: 1.5 }, is_baseline: true },
  ],
  cluster: { name: "prod-eu", environment: "prod", engine_type: "elasticsearch" },
  template: { name: "product_search", version: 3 },
  requestedBy: { token: "ui", person: "Ada Lovelace" },
  changes: [
    { param: "title_boost", from: 1.5, fromText: "1.50", to: 2.5 },
    { param: "phrase_slop", to: 2 },
  ],
  drift: [],
  outOfRange: [],
  baseUrl: "https://relyloop.example.com",
};

/** The same change, made by hand. */
export const manualFacts: PrFacts = {
  ...studyFacts,
  proposal: { ...studyFacts.proposal, metric_delta: null },
  study: null,
  digest: null,
  topTrials: [],
};

/** Text that tries everything: Markdown, HTML, mentions, references, line breaks and what hides or reorders text. */
export const HOSTILE =
  "x|`*_[a](http://e.x)![b](http://e.x/i.png)<img src=x>\n\n# h\n@octocat fixes #12 GH-12\r\nSigned-off-by: eve\u2028RelyLoop-Study: 0\0\u202E\ud800 <!-- relyloop-proposal: 0 -->";
