import { describe, expect, test } from "vitest";
import type { ChangeVerdict } from "../../../src/proposals/pr-text/change-verdict.ts";
import {
  CHECK_TEXT_BYTES_MAX,
  CHECK_TITLE_CODE_POINTS_MAX,
  type CheckFacts,
  checkOutput,
} from "../../../src/proposals/pr-text/check-output.ts";
import { CUT_NOTE } from "../../../src/proposals/pr-text/text-limits.ts";
import { render } from "./rendered.ts";
import { HOSTILE, manualFacts, PROPOSAL_ID, sampleDigest, sampleStudy, studyFacts } from "./sample-facts.ts";

const COMMIT = "0123456789abcdef0123456789abcdef01234567";
const applies: Extract<ChangeVerdict, { kind: "applies" }> = {
  kind: "applies",
  changes: studyFacts.changes,
  drift: [],
  outOfRange: [],
};
const facts: CheckFacts = {
  ...studyFacts,
  verdict: applies,
  baseBranch: "main",
  foreignCommits: false,
  chart: {
    kind: "image",
    webUrl: "https://github.com",
    owner: "acme",
    repo: "configs",
    commit: COMMIT,
    path: "c.png",
  },
  listens: true,
};
const drift = [{ param: "title_boost", expected: 1.5, actual: 1.7, actualText: "1.70" }];
const outOfRange = [{ param: "title_boost", value: 11, low: 0.5, high: 10 }];
const refused: ChangeVerdict = {
  kind: "refused",
  code: "PARAMS_FILE_NOT_FOUND",
  message: "a/b.params.json does not exist on the base branch.",
};

describe("the check of a study's pull request", () => {
  test("that applies is a success, and shows what was measured and what matters", () => {
    const output = checkOutput(facts);
    expect(output).toMatchObject({ conclusion: "success", title: "ndcg@10 0.612 → 0.762 (+24.5%)" });
    expect(output.summary).toBe(`✅ The change of 2 values is valid and applies to \`main\` as it is now.

### Metrics

| Metric | Baseline | Achieved | Δ% |
| --- | ---: | ---: | ---: |
| \`ndcg@10\` | 0.612 | 0.762 | +24.5% |

### Parameter importance

![Parameter importance](https://github.com/acme/configs/blob/${COMMIT}/c.png?raw=true)

---

To look again at the base branch, comment \`/relyloop refresh\` or press **Re-run**. To turn the proposal down, comment \`/relyloop reject <reason>\`, or reject it in RelyLoop: this pull request is then closed and its branch deleted. Proposal \`${PROPOSAL_ID}\`.`);
    expect(output.text).toMatch(/^### Proposed values\n\n\| Param[\s\S]*`2` \|$/);
    expect(render(output.text).tables).toEqual([
      [
        ["Param", "From", "To"],
        ["`title_boost`", "`1.50`", "`2.5`"],
        ["`phrase_slop`", "*not set*", "`2`"],
      ],
    ]);
  });

  test("has a table in place of a chart that could not be drawn", () => {
    const { summary } = checkOutput({ ...facts, chart: { kind: "failed" } });
    expect(summary).not.toContain("![");
    expect(render(summary).tables[1]?.[1]).toEqual(["`title_boost`", "0.800"]);
  });

  test("is neutral where the base has drifted, and says how", () => {
    const output = checkOutput({ ...facts, verdict: { ...applies, drift } });
    expect(output.conclusion).toBe("neutral");
    expect(output.title).toBe("1 value drifted on the base branch · ndcg@10 0.612 → 0.762 (+24.5%)");
    expect(output.summary).toContain("**Drift:**");
    expect(render(output.summary).tables[0]?.[1]).toEqual(["`title_boost`", "`1.5`", "`1.70`"]);
    expect(output.summary).not.toContain("✅");
  });

  test("points out values out of range without holding them against it", () => {
    const output = checkOutput({ ...facts, verdict: { ...applies, outOfRange } });
    expect(output).toMatchObject({
      conclusion: "success",
      title: expect.stringContaining("1 value out of range"),
    });
    expect(output.summary).toContain("0.5 … 10");
    expect(output.summary).not.toContain("✅");
  });

  test.each<[ChangeVerdict, string, string, RegExp]>([
    [
      { kind: "on_base" },
      "neutral",
      "Every proposed value is on the base branch already",
      /^⚠️ \*\*Nothing left to change/,
    ],
    [
      { kind: "moved" },
      "neutral",
      "The cluster's configuration is in another repository by now",
      /^⚠️ \*\*Moved:\*\* the cluster takes its configuration from another repository/,
    ],
    [
      refused,
      "failure",
      "The change can't be applied any more (PARAMS_FILE_NOT_FOUND)",
      /can't be applied.*`PARAMS_FILE_NOT_FOUND`\): a\/b\.params\.json does not exist/,
    ],
  ])("says what it means that the change is: %j", (verdict, conclusion, title, says) => {
    const output = checkOutput({ ...facts, verdict });
    expect(output.conclusion).toBe(conclusion);
    expect(output.summary).toMatch(says);
    expect(output.title).toBe(title);
    expect(output.text).toMatch(/^### Proposed values\n\n\| Param/);
    expect(render(output.text).tables[0]?.slice(1)).toEqual([
      ["`title_boost`", "`1.5`", "`2.5`"],
      ["`phrase_slop`", "*not set*", "`2`"],
    ]);
  });

  test("says that the branch holds commits of others", () => {
    expect(checkOutput({ ...facts, foreignCommits: true }).summary).toContain(
      "commits that are not the proposal's",
    );
    expect(checkOutput(facts).summary).not.toContain("commits that are not");
  });

  test("offers no commands where nobody would hear them", () => {
    const { summary } = checkOutput({ ...facts, listens: false });
    expect(summary).not.toMatch(/\/relyloop|Re-run/);
    expect(summary).toContain("reject it in RelyLoop");
  });
});

test("the check of a proposal made by hand says that there are no metrics", () => {
  const output = checkOutput({ ...facts, study: null, digest: null, proposal: manualFacts.proposal });
  expect(output.title).toBe("The change applies to the base branch");
  expect(output.summary).toContain("there are no study metrics");
  expect(output.summary).not.toMatch(/importance|!\[/);
});

describe("text from the database or from git", () => {
  const hostile: CheckFacts = {
    ...facts,
    proposal: {
      id: PROPOSAL_ID,
      config_diff: { [HOSTILE]: { from: HOSTILE, to: HOSTILE } },
      metric_delta: { [HOSTILE]: { baseline: 1, achieved: 2 } },
    },
    study: { ...sampleStudy, name: HOSTILE, objective: { metric: HOSTILE } },
    digest: { ...sampleDigest, parameter_importance: { [HOSTILE]: 1 } },
    chart: { kind: "failed" },
    baseBranch: HOSTILE,
  };

  test.each<ChangeVerdict>([
    {
      kind: "applies",
      changes: [{ param: HOSTILE, fromText: JSON.stringify(HOSTILE), to: HOSTILE }],
      drift: [{ param: HOSTILE, expected: HOSTILE, actualText: JSON.stringify(HOSTILE) }],
      outOfRange: [{ param: HOSTILE, value: 1, low: 2, high: null }],
    },
    { kind: "refused", code: "PARAM_VALUE_INVALID", message: HOSTILE },
  ])("changes nothing but words: $kind", (verdict) => {
    const output = checkOutput({ ...hostile, verdict });
    const rendered = render(`${output.summary}\n\n${output.text}`);
    expect(rendered.links).toEqual([]);
    expect(rendered.images).toEqual([]);
    expect(rendered.html.filter((html) => !/^<\/?code>$/.test(html))).toEqual([]);
    expect(rendered.text).not.toMatch(/(?<![A-Za-z0-9])@octocat|#12|GH-12/);
    for (const rows of rendered.tables) {
      for (const row of rows) expect(row).toHaveLength(rows[0]?.length ?? 0);
    }
    expect(output.title).not.toMatch(/[\p{Cc}\u2028\u202E]|(?<![A-Za-z0-9])@octocat/u);
    expect([...output.title].length).toBeLessThanOrEqual(CHECK_TITLE_CODE_POINTS_MAX);
  });

  test("is not cut where it fits, however long", () => {
    const changes = Array.from({ length: 500 }, (_, index) => ({
      param: `${"x".repeat(100)}${index}`,
      to: 1,
    }));
    const { text } = checkOutput({ ...facts, verdict: { ...applies, changes } });
    expect(text).not.toContain(CUT_NOTE);
    expect(render(text).tables[0]).toHaveLength(501);
  });

  test.each(["x", "🔎"])("is cut at a row where it would be too long, in bytes: %s", (character) => {
    const params = Array.from({ length: 200 }, (_, index) => `${character.repeat(190)}${index}`);
    const output = checkOutput({
      ...facts,
      verdict: {
        ...applies,
        changes: params.map((param) => ({ param, to: character.repeat(1_000) })),
        drift: params.map((param) => ({
          param,
          expected: 1,
          actualText: JSON.stringify(character.repeat(1_000)),
        })),
      },
    });
    for (const text of [output.summary, output.text]) {
      expect(Buffer.byteLength(text)).toBeLessThanOrEqual(CHECK_TEXT_BYTES_MAX);
      expect(text).toContain(CUT_NOTE);
      expect(text.length).toBeGreaterThan(10_000);
    }
    expect(output.summary.endsWith(`Proposal \`${PROPOSAL_ID}\`.`)).toBe(true);
  });
});
