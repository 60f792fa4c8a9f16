import { describe, expect, test } from "vitest";
import { closeComment } from "../../../src/proposals/pr-text/close-comment.ts";
import { closeMarker, proposalMarker } from "../../../src/proposals/pr-text/marker.ts";
import { type CommentChart, prComment } from "../../../src/proposals/pr-text/pr-comment.ts";
import { BODY_CODE_POINTS_MAX, CUT_NOTE } from "../../../src/proposals/pr-text/text-limits.ts";
import { render } from "./rendered.ts";
import { HOSTILE, PROPOSAL_ID, STUDY_ID, sampleDigest, studyFacts } from "./sample-facts.ts";

const COMMIT = "0123456789abcdef0123456789abcdef01234567";
const image: CommentChart = {
  kind: "image",
  webUrl: "https://github.com",
  owner: "acme",
  repo: "search-config",
  commit: COMMIT,
  path: `.relyloop/digest-charts/${STUDY_ID}.png`,
};
const IMAGE_URL = `https://github.com/acme/search-config/blob/${COMMIT}/.relyloop/digest-charts/${STUDY_ID}.png?raw=true`;

const commentOf = (narrative: string | null, chart: CommentChart = image): string =>
  prComment({ ...studyFacts, digest: { ...sampleDigest, narrative } }, chart);

describe("the comment with the chart", () => {
  test("shows the narrative and the chart as committed", () => {
    expect(prComment(studyFacts, image)).toBe(`### Digest

Title matches matter most.

Slop above 2 changes little.

### Parameter importance

![Parameter importance](${IMAGE_URL})

<!-- relyloop-proposal: ${PROPOSAL_ID} -->`);
  });

  test("addresses the image on another GitHub host too", () => {
    const comment = prComment(studyFacts, { ...image, webUrl: "http://localhost:4000//", repo: "a b" });
    expect(render(comment).images).toEqual([
      `http://localhost:4000/acme/a%20b/blob/${COMMIT}/.relyloop/digest-charts/${STUDY_ID}.png?raw=true`,
    ]);
  });

  test.each([null, "", " \n "])("has no digest section where the narrative is %j", (narrative) => {
    expect(commentOf(narrative)).toBe(
      `### Parameter importance\n\n![Parameter importance](${IMAGE_URL})\n\n${proposalMarker(PROPOSAL_ID)}`,
    );
  });

  test("shows a narrative as words only", () => {
    const comment = commentOf(`${HOSTILE}\n\n${HOSTILE}`);
    const rendered = render(comment);
    expect(rendered.images).toEqual([IMAGE_URL]);
    expect(rendered.links).toEqual([]);
    expect(rendered.html).toEqual([proposalMarker(PROPOSAL_ID)]);
    expect(rendered.tokens.filter(({ type }) => type === "heading_open")).toHaveLength(2);
    expect(rendered.text).not.toMatch(/(?<![A-Za-z0-9])@octocat|#12|GH-12/);
  });

  test("cuts a narrative that is too long, and keeps chart and marker", () => {
    for (const narrative of ["word ", "🔎|| ", "line\n", "|"].map((part) => part.repeat(60_000))) {
      const comment = commentOf(narrative);
      expect([...comment].length).toBeLessThanOrEqual(BODY_CODE_POINTS_MAX);
      expect(comment).toContain("…\n\n### Parameter importance");
      expect(render(comment).images).toEqual([IMAGE_URL]);
      expect(comment.endsWith(proposalMarker(PROPOSAL_ID))).toBe(true);
    }
  });
});

describe("the comment where the chart failed", () => {
  const tableOf = (parameter_importance: Record<string, unknown>) =>
    render(
      prComment({ ...studyFacts, digest: { ...sampleDigest, parameter_importance } }, { kind: "failed" }),
    ).tables;

  test("has the importance as a table, largest first", () => {
    expect(tableOf(sampleDigest.parameter_importance)).toEqual([
      [
        ["Param", "Importance"],
        ["`title_boost`", "0.800"],
        ["`phrase_slop`", "0.200"],
      ],
    ]);
  });

  test("shows values that are no numbers as they are, at the end", () => {
    expect(tableOf({ a: "high", b: 0.1, c: null, "d|`": 0.5 })[0]?.slice(1)).toEqual([
      ["<code>d&#124;&#96;</code>", "0.500"],
      ["`b`", "0.100"],
      ["`a`", '`"high"`'],
      ["`c`", "`null`"],
    ]);
  });

  test("says so where there is none", () => {
    const sentence = "The digest names no parameter importance.";
    expect(prComment({ ...studyFacts, digest: null }, { kind: "failed" })).toContain(sentence);
    expect(tableOf({})).toEqual([]);
  });

  test("is cut at a row where the table would be too long, and keeps its marker", () => {
    const importance = Array.from({ length: 100 }, (_, index) => [`${"|".repeat(200)}${index}`, index]);
    const comment = prComment(
      { ...studyFacts, digest: { ...sampleDigest, parameter_importance: Object.fromEntries(importance) } },
      { kind: "failed" },
    );
    expect([...comment].length).toBeLessThanOrEqual(BODY_CODE_POINTS_MAX);
    expect(comment.endsWith(`${CUT_NOTE}\n\n${proposalMarker(PROPOSAL_ID)}`)).toBe(true);
    expect(CUT_NOTE).toBe("*Cut here: the whole text would be longer than GitHub allows.*");
  });

  test("shows a hundred parameters and counts the rest", () => {
    const importance = Object.fromEntries(Array.from({ length: 103 }, (_, index) => [`p${index}`, index]));
    const comment = prComment(
      { ...studyFacts, digest: { ...sampleDigest, parameter_importance: importance } },
      { kind: "failed" },
    );
    expect(render(comment).tables[0]).toHaveLength(101);
    expect(comment).toContain("\n\n… and 3 more.\n");
  });
});

describe("the comment that closes a pull request", () => {
  const rejectedBy = { token: "ui", person: "Ada" };

  test("gives the reason and who gave it", () => {
    expect(closeComment({ proposalId: PROPOSAL_ID, reason: "Not now.\nAsk @bob | later", rejectedBy })).toBe(
      `Rejected by Ada with the API token \`ui\`. RelyLoop closes this pull request and deletes its branch; the proposal is kept there.

Reason:

> Not now.
> Ask @\u200Bbob &#124; later

${closeMarker(PROPOSAL_ID)}`,
    );
  });

  test("says when it was asked for in a comment", () => {
    const comment = (person: string | null) =>
      closeComment({ proposalId: PROPOSAL_ID, reason: null, rejectedBy: { token: "github", person } });
    expect(comment("a_da")).toMatch(/^Rejected by a\\_da in a comment\. RelyLoop closes/);
    expect(comment(null)).toMatch(/^Rejected with the API token `github`\. /);
  });

  test("does without a reason and a name", () => {
    expect(closeComment({ proposalId: PROPOSAL_ID, reason: null, rejectedBy: null })).toBe(
      `Rejected. RelyLoop closes this pull request and deletes its branch; the proposal is kept there.\n\n${closeMarker(PROPOSAL_ID)}`,
    );
  });

  test("keeps a hostile reason in its quote", () => {
    const rendered = render(closeComment({ proposalId: PROPOSAL_ID, reason: HOSTILE, rejectedBy: null }));
    expect(rendered.html).toEqual([closeMarker(PROPOSAL_ID)]);
    expect([...rendered.links, ...rendered.images]).toEqual([]);
    expect(rendered.tokens.filter(({ type }) => type === "blockquote_open")).toHaveLength(1);
  });

  test("is not taken for the comment with the chart", () => {
    expect(closeComment({ proposalId: PROPOSAL_ID, reason: null, rejectedBy: null })).not.toContain(
      proposalMarker(PROPOSAL_ID),
    );
  });
});
