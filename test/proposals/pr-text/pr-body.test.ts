import { describe, expect, test } from "vitest";
import type { PrFacts, StudyFacts } from "../../../src/proposals/pr-facts.ts";
import { DRIFT_SECTION_CODE_POINTS_MAX, driftSection } from "../../../src/proposals/pr-text/drift-section.ts";
import { proposalMarker } from "../../../src/proposals/pr-text/marker.ts";
import { prBody } from "../../../src/proposals/pr-text/pr-body.ts";
import { BODY_CODE_POINTS_MAX, CUT_NOTE } from "../../../src/proposals/pr-text/text-limits.ts";
import { render } from "./rendered.ts";
import {
  HOSTILE,
  manualFacts,
  PROPOSAL_ID,
  STUDY_ID,
  sampleDigest,
  sampleStudy,
  studyFacts,
} from "./sample-facts.ts";

const withStudy = (study: Partial<StudyFacts>): PrFacts => ({
  ...studyFacts,
  study: { ...sampleStudy, ...study },
});

describe("the body of a study's pull request", () => {
  const body = prBody(studyFacts);

  test("says what is proposed for what", () => {
    expect(body.split("\n")[0]).toBe(
      "RelyLoop proposes new parameters for query template `product_search` (version 3) on cluster `prod-eu` (elasticsearch, prod).",
    );
  });

  test("links to the study, whatever the base URL ends in", () => {
    const link = `https://relyloop.example.com/studies/${STUDY_ID}`;
    expect(body).toContain(`**Study:** [Product search, autumn](<${link}>) (120 trials, 2 h 5 min)`);
    expect(render(body).links).toEqual([link]);
    const below = prBody({ ...studyFacts, baseUrl: "https://example.com/relyloop//" });
    expect(render(below).links).toEqual([`https://example.com/relyloop/studies/${STUDY_ID}`]);
  });

  test("names the study without a link where no base URL is set", () => {
    const unlinked = prBody({ ...studyFacts, baseUrl: null });
    expect(unlinked).toContain("**Study:** Product search, autumn (120 trials, 2 h 5 min)");
    expect(render(unlinked).links).toEqual([]);
  });

  test("leaves out what is not known of the study", () => {
    expect(prBody(withStudy({ trial_count: 1, completed_at: null }))).toContain(
      `autumn](<https://relyloop.example.com/studies/${STUDY_ID}>) (1 trial)\n`,
    );
    expect(prBody(withStudy({ trial_count: null, started_at: null }))).toContain(`studies/${STUDY_ID}>)\n`);
    const unmeasured = {
      ...withStudy({ baseline_metric: null, best_metric: null }),
      proposal: manualFacts.proposal,
    };
    expect(prBody(unmeasured)).toContain("The study has recorded no metrics.");
  });

  test("shows metrics, changed parameters and the best trials as tables", () => {
    expect(render(body).tables).toEqual([
      [
        ["Metric", "Baseline", "Achieved", "Δ%"],
        ["`ndcg@10`", "0.612", "0.762", "+24.5%"],
      ],
      [
        ["Param", "From", "To"],
        ["`title_boost`", "`1.50`", "`2.5`"],
        ["`phrase_slop`", "*not set*", "`2`"],
      ],
      [
        ["Trial", "`ndcg@10`", "Params"],
        ["87", "0.762", '`{"title_boost":2.5,"phrase_slop":2}`'],
        ["0 (baseline)", "0.612", '`{"title_boost":1.5}`'],
      ],
    ]);
  });

  test("shows ten trials and no more", () => {
    const topTrials = Array.from({ length: 12 }, (_, number) => ({
      number,
      primary_metric: null,
      params: null,
      is_baseline: false,
    }));
    const rows = render(prBody({ ...studyFacts, topTrials })).tables[2];
    expect(rows).toHaveLength(11);
    expect(rows?.[10]).toEqual(["9", "n/a", "`{}`"]);
    expect(prBody(studyFacts)).toContain(
      "### Top trials\n\n| Trial | `ndcg@10` | Params |\n| ---: | ---: | --- |\n",
    );
    expect(prBody({ ...studyFacts, topTrials: [] })).not.toContain("Top trials");
  });

  test("says nothing of drift or ranges where there is nothing to say", () => {
    expect(body).not.toMatch(/Drift|range:/);
  });

  test("ends with who asked for it, how to turn it down, and the hidden marker", () => {
    expect(body.split("\n\n").slice(-4)).toEqual([
      "---",
      `Requested by Ada Lovelace with the API token \`ui\`. Proposal \`${PROPOSAL_ID}\`.`,
      "To turn it down, reject the proposal in RelyLoop, which closes this pull request and deletes its branch, or close the pull request.",
      `<!-- relyloop-proposal: ${PROPOSAL_ID} -->`,
    ]);
    expect(prBody({ ...studyFacts, requestedBy: { token: "ui", person: null } })).toContain(
      "Requested with the API token `ui`.",
    );
  });
});

describe("notes for the reviewer", () => {
  test("tell of drift", () => {
    const drift = [
      { param: "title_boost", expected: 1.5, actual: 1.7, actualText: "1.70" },
      { param: "gone", expected: "x" },
    ];
    const body = prBody({ ...manualFacts, drift });
    expect(body).toContain("**Drift:**");
    expect(render(body).tables[1]).toEqual([
      ["Param", "Expected", "On the base branch"],
      ["`title_boost`", "`1.5`", "`1.70`"],
      ["`gone`", '`"x"`', "*not set*"],
    ]);
  });

  test("tell of values out of range", () => {
    const outOfRange = [
      { param: "title_boost", value: 11, low: 0.5, high: 10 },
      { param: "phrase_slop", value: -1, low: 0, high: null },
      { param: "tie", value: 2, low: null, high: 1 },
    ];
    const body = prBody({ ...studyFacts, outOfRange });
    expect(body).toContain("**Out of range:**");
    expect(render(body).tables[2]).toEqual([
      ["Param", "To", "Declared range"],
      ["`title_boost`", "`11`", "0.5 … 10"],
      ["`phrase_slop`", "`-1`", "0 … ∞"],
      ["`tie`", "`2`", "−∞ … 1"],
    ]);
  });
});

describe("suggested follow-ups", () => {
  const linesOf = (suggested_followups: unknown): string[] =>
    prBody({ ...studyFacts, digest: { ...sampleDigest, suggested_followups } })
      .split("\n")
      .filter((line) => line.startsWith("- "));

  test.each([
    [
      ["Widen *title*", " ", "Retry"],
      ["- Widen \\*title\\*", "- Retry"],
    ],
    ["One text", ["- One text"]],
    [
      [{ title: "Widen", rationale: "The best trial is at the bound" }],
      ["- Widen: The best trial is at the bound"],
    ],
    [
      [{ description: "Only this" }, { name: "Only that" }],
      ["- Only this", "- Only that"],
    ],
    [[{ param: "boost", low: 1 }], ['- {"param":"boost","low":1}']],
    [
      [null, {}, 7, true],
      ["- 7", "- true"],
    ],
    [[["a"]], ['- \\["a"\\]']],
    [null, []],
    [undefined, []],
    [[], []],
  ])("%j", (suggested, lines) => {
    expect(linesOf(suggested)).toEqual(lines);
  });

  test("are cut to a readable number of readable length", () => {
    const lines = linesOf(Array.from({ length: 25 }, () => "x".repeat(1_000)));
    expect(lines).toHaveLength(21);
    expect(lines[0]).toBe(`- ${"x".repeat(499)}…`);
    expect(lines[20]).toBe("- … and 5 more");
    expect(prBody(studyFacts)).toContain("\n\n### Suggested follow-ups\n\n- Try a wider range");
  });

  test("have no heading where there are none", () => {
    expect(prBody({ ...studyFacts, digest: null })).not.toContain("follow-ups");
  });
});

test("the body of a proposal made by hand has the changed parameters and says that there are no study metrics", () => {
  const body = prBody(manualFacts);
  expect(body).toContain("made by hand, not by a study: there are no study metrics.");
  expect(render(body).tables).toHaveLength(1);
  expect(body).not.toMatch(/\*\*Study:|### (?:Metrics|Top trials)|studies\//);
  expect(body).toContain("<!-- /relyloop-drift -->\n\n---\n\nRequested by");
  expect(body.endsWith(proposalMarker(PROPOSAL_ID))).toBe(true);
});

test("the body of a study without a name, and without trials and follow-ups, says nothing in their place", () => {
  const study = { ...sampleStudy, name: " ", trial_count: null, started_at: null };
  const body = prBody({ ...studyFacts, study, digest: null, topTrials: [], baseUrl: null });
  expect(body).toContain("**Study:** (no name)\n\n### Metrics");
  expect(body).toContain("\n\n### Changed parameters\n\n| Param");
  expect(body).toContain("<!-- /relyloop-drift -->\n\n---\n\nRequested by");
});

describe("text from the database", () => {
  const hostile: PrFacts = {
    proposal: { id: PROPOSAL_ID, config_diff: {}, metric_delta: { [HOSTILE]: { baseline: 1, achieved: 2 } } },
    study: { ...sampleStudy, name: HOSTILE, objective: { metric: HOSTILE } },
    digest: { ...sampleDigest, suggested_followups: [HOSTILE, { title: HOSTILE, detail: HOSTILE }] },
    topTrials: [{ number: 1, primary_metric: 1, params: { [HOSTILE]: HOSTILE }, is_baseline: false }],
    cluster: { name: HOSTILE, environment: HOSTILE, engine_type: HOSTILE },
    template: { name: HOSTILE, version: 1 },
    requestedBy: { token: HOSTILE, person: HOSTILE },
    changes: [{ param: HOSTILE, from: HOSTILE, fromText: JSON.stringify(HOSTILE), to: HOSTILE }],
    drift: [{ param: HOSTILE, expected: HOSTILE }],
    outOfRange: [{ param: HOSTILE, value: 1, low: 2, high: 3 }],
    baseUrl: "https://relyloop.example.com",
  };

  test.each(["study", "hand"])("changes nothing but words: by %s", (origin) => {
    const plainFacts: PrFacts = {
      ...studyFacts,
      drift: [{ param: "p", expected: 1 }],
      outOfRange: hostile.outOfRange,
    };
    const facts = origin === "study" ? hostile : { ...hostile, study: null };
    const body = prBody(facts);
    const rendered = render(body);
    const plain = render(prBody(origin === "study" ? plainFacts : { ...plainFacts, study: null }));
    const shape = (tables: string[][][]) => tables.map((rows) => rows[0]?.length);
    expect(shape(rendered.tables)).toEqual(shape(plain.tables));
    for (const rows of rendered.tables) {
      for (const row of rows) expect(row).toHaveLength(rows[0]?.length ?? 0);
    }
    expect(rendered.links).toEqual(plain.links);
    expect(rendered.images).toEqual([]);
    expect([...new Set(rendered.html)].sort()).toEqual(
      [
        "</code>",
        "<code>",
        "<!-- relyloop-drift -->",
        "<!-- /relyloop-drift -->",
        proposalMarker(PROPOSAL_ID),
      ].sort(),
    );
    expect(rendered.tokens.filter(({ type }) => type === "heading_open")).toHaveLength(
      plain.tokens.filter(({ type }) => type === "heading_open").length,
    );
    expect(rendered.text).not.toMatch(/(?<![A-Za-z0-9])@octocat|#12|GH-12/);
    expect(body.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\u2028\u202E]/u);
    expect(body.match(/<!-- relyloop-proposal/g)).toHaveLength(1);
  });
});

describe("a body that would be too long", () => {
  test("is cut at a row, keeps its ending and the section on drift, and fits with that section full", () => {
    const changes = Array.from({ length: 200 }, (_, index) => ({
      param: `${"🔎".repeat(190)}${index}`,
      to: "🔎".repeat(1_000),
    }));
    const body = prBody({ ...studyFacts, changes });
    const length = [...body].length;
    expect(length).toBeLessThanOrEqual(BODY_CODE_POINTS_MAX - DRIFT_SECTION_CODE_POINTS_MAX + 100);
    expect(length).toBeGreaterThan(BODY_CODE_POINTS_MAX - DRIFT_SECTION_CODE_POINTS_MAX - 500);
    expect(body).toContain(`|\n\n${CUT_NOTE}\n\n${driftSection("")}\n\n---\n\nRequested by Ada Lovelace`);
    expect(body.endsWith(proposalMarker(PROPOSAL_ID))).toBe(true);
    expect(render(body).tables[1]?.every((row) => row.length === 3)).toBe(true);
  });

  test("is cut below the section where the changes fit and the rest does not", () => {
    const topTrials = Array.from({ length: 10 }, (_, number) => ({
      number,
      primary_metric: 1,
      params: { ["|".repeat(200)]: 1 },
      is_baseline: false,
    }));
    const suggested_followups = Array.from({ length: 20 }, () => "*".repeat(500));
    const long = (count: number) =>
      Array.from({ length: count }, (_, index) => ({
        param: `${"x".repeat(190)}${index}`,
        to: "y".repeat(190),
      }));
    const facts = { ...studyFacts, topTrials, digest: { ...sampleDigest, suggested_followups } };
    const body = prBody({ ...facts, changes: long(120) });
    expect([...body].length).toBeGreaterThan(BODY_CODE_POINTS_MAX - DRIFT_SECTION_CODE_POINTS_MAX - 1_500);
    expect([...body].length).toBeLessThanOrEqual(BODY_CODE_POINTS_MAX - DRIFT_SECTION_CODE_POINTS_MAX + 100);
    expect(body.match(/\*Cut here/g)).toHaveLength(1);
    expect(body.indexOf(CUT_NOTE)).toBeGreaterThan(body.indexOf(driftSection("")));
    expect(body.endsWith(proposalMarker(PROPOSAL_ID))).toBe(true);
  });

  test("shows a long value's beginning", () => {
    const changes = [
      { param: "synonyms", from: "x", fromText: `"${"x".repeat(5_000)}"`, to: "y".repeat(5_000) },
    ];
    expect(prBody({ ...manualFacts, changes })).toContain(
      `| \`synonyms\` | \`"${"x".repeat(198)}…\` | \`"${"y".repeat(198)}…\` |`,
    );
  });
});
