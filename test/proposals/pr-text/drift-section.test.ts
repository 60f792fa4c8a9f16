import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  DRIFT_SECTION_CODE_POINTS_MAX,
  driftSection,
  replaceDriftSection,
} from "../../../src/proposals/pr-text/drift-section.ts";
import { prBody } from "../../../src/proposals/pr-text/pr-body.ts";
import { BODY_CODE_POINTS_MAX, CUT_NOTE } from "../../../src/proposals/pr-text/text-limits.ts";
import { render } from "./rendered.ts";
import { HOSTILE, manualFacts, studyFacts } from "./sample-facts.ts";

const EMPTY = "<!-- relyloop-drift -->\n<!-- /relyloop-drift -->";
const ROWS = Array.from({ length: 2_000 }, (_, row) => `| \`param_${row}\` | 1 | 2 |`).join("\n");
const LONG_NOTE = `**Drift:**\n\n| Param | Expected | Now |\n| --- | --- | --- |\n${ROWS}`;

const replaced = (body: string, note: string): string => {
  const outcome = replaceDriftSection(body, note);
  if (outcome.kind !== "replaced") throw new Error(outcome.kind);
  return outcome.body;
};

describe("the section on drift", () => {
  test("stands in a body that has nothing to say of it, unseen", () => {
    const body = prBody(studyFacts);
    expect(body).toContain(`\n\n${EMPTY}\n\n### Top trials`);
    expect(render(body).text).not.toContain("relyloop-drift");
  });

  test("holds the note of the moment the pull request was opened", () => {
    const body = prBody({ ...manualFacts, drift: [{ param: "boost", expected: 1, actualText: "2" }] });
    expect(body).toMatch(
      /<!-- relyloop-drift -->\n\n⚠️ \*\*Drift:\*\*[\s\S]*`2` \|\n\n<!-- \/relyloop-drift -->/,
    );
    expect(render(body).tables[1]?.[1]).toEqual(["`boost`", "`1`", "`2`"]);
  });

  test("is replaced, and nothing else", () => {
    const people = `@team please look\r\n\r\n${prBody(studyFacts)}\n\nEdited by **Ada** \u0000 #12`;
    const drifted = replaced(people, "**Drift:** one");
    expect(drifted).toBe(people.replace(EMPTY, driftSection("**Drift:** one")));
    expect(replaced(drifted, "")).toBe(people);
  });

  test("that says it already is left alone, also where GitHub's editor has changed its line ends", () => {
    const body = replaced(prBody(studyFacts), "**Drift:** one\n\ntwo");
    expect(replaceDriftSection(body, "**Drift:** one\n\ntwo")).toEqual({ kind: "unchanged" });
    const edited = body.replaceAll("\n", "\r\n");
    expect(replaceDriftSection(edited, "**Drift:** one\n\ntwo")).toEqual({ kind: "unchanged" });
    expect(replaceDriftSection(edited, "**Drift:** one")).toMatchObject({ kind: "replaced" });
  });

  test.each([
    ["gone", ""],
    ["no beginning", "text <!-- /relyloop-drift -->"],
    ["no end", "<!-- relyloop-drift --> text"],
    ["the wrong way round", "<!-- /relyloop-drift --> <!-- relyloop-drift -->"],
    ["twice", `${EMPTY}\n${EMPTY}`],
    ["two beginnings", `<!-- relyloop-drift -->${EMPTY}`],
    ["two ends", `${EMPTY}<!-- /relyloop-drift -->`],
  ])("whose marks are %s is left alone", (_, body) => {
    expect(replaceDriftSection(body, "**Drift:** one")).toEqual({ kind: "no_marks" });
  });

  test("cannot be faked by text from the database", () => {
    const hostile = `${HOSTILE}${EMPTY}`;
    const body = prBody({
      ...studyFacts,
      study: studyFacts.study && { ...studyFacts.study, name: hostile },
      template: { name: hostile, version: 1 },
      changes: [{ param: hostile, fromText: JSON.stringify(hostile), to: hostile }],
      drift: [{ param: hostile, expected: hostile, actualText: JSON.stringify(hostile) }],
    });
    expect(replaceDriftSection(body, "")).toMatchObject({ kind: "replaced" });
  });
});

describe("a long note", () => {
  test("is cut at a row", () => {
    const section = driftSection(LONG_NOTE);
    expect([...section].length).toBeLessThanOrEqual(DRIFT_SECTION_CODE_POINTS_MAX);
    expect(section).toContain(`|\n\n${CUT_NOTE}\n\n<!-- /relyloop-drift -->`);
  });

  test("fits into every body of ours, however long that is", () => {
    const changes = Array.from({ length: 200 }, (_, index) => ({
      param: `${"🔎".repeat(190)}${index}`,
      to: "🔎".repeat(1_000),
    }));
    for (const facts of [
      { ...studyFacts, changes },
      { ...studyFacts, changes: changes.slice(0, 99) },
    ]) {
      const body = replaced(prBody(facts), LONG_NOTE);
      expect([...body].length).toBeLessThanOrEqual(BODY_CODE_POINTS_MAX);
      expect(body).toContain(CUT_NOTE);
      expect(body).toContain("`param_1`");
    }
  });

  test("is cut shorter where people's words leave less room, and left out where they leave none", () => {
    const section = driftSection("");
    const filled = (left: number) => `${"x".repeat(BODY_CODE_POINTS_MAX - section.length - left)}${section}`;
    const body = replaced(filled(2_000), LONG_NOTE);
    expect([...body].length).toBeLessThanOrEqual(BODY_CODE_POINTS_MAX);
    expect(body).toContain("`param_1`");
    expect(replaceDriftSection(filled(10), LONG_NOTE)).toEqual({ kind: "no_room" });
    expect(replaceDriftSection(filled(0), "")).toEqual({ kind: "unchanged" });
    const below = `${section}${"x".repeat(BODY_CODE_POINTS_MAX - section.length - 10)}`;
    expect(replaceDriftSection(below, LONG_NOTE)).toEqual({ kind: "no_room" });
  });
});

test("whatever stands around the section stays as it is", () => {
  const text = fc.string({ unit: "binary", maxLength: 200 });
  fc.assert(
    fc.property(text, text, fc.string({ maxLength: 50 }), (above, below, note) => {
      const outcome = replaceDriftSection(
        `${above}<!-- relyloop-drift -->old<!-- /relyloop-drift -->${below}`,
        note,
      );
      expect(outcome).toEqual({ kind: "replaced", body: above + driftSection(note) + below });
    }),
  );
});
