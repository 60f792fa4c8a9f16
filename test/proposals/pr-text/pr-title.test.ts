import { expect, test } from "vitest";
import { PR_TITLE_CHARS_MAX, prTitle } from "../../../src/proposals/pr-text/pr-title.ts";
import { HOSTILE, manualFacts, sampleStudy, studyFacts } from "./sample-facts.ts";

const titleOf = (name: string): string => prTitle({ ...studyFacts, study: { ...sampleStudy, name } });

test("a study's pull request is named after the study", () => {
  expect(prTitle(studyFacts)).toBe("RelyLoop: Product search, autumn");
});

test("one made by hand is named after the end of the proposal's id", () => {
  expect(prTitle(manualFacts)).toBe("RelyLoop manual proposal 2e3f4a5b");
});

test("a study without a name is named after the end of its id", () => {
  expect(titleOf(" \n ")).toBe("RelyLoop: study 00000001");
});

test("a title is at most 255 characters and never ends in half a character", () => {
  const room = PR_TITLE_CHARS_MAX - "RelyLoop: ".length;
  expect(titleOf("x".repeat(room))).toBe(`RelyLoop: ${"x".repeat(room)}`);
  expect(titleOf("x".repeat(room + 1))).toBe(`RelyLoop: ${"x".repeat(room - 1)}…`);
  expect(titleOf(`${"x".repeat(room - 2)} and more`)).toBe(`RelyLoop: ${"x".repeat(room - 2)}…`);
  expect(titleOf("🔎".repeat(200))).toBe(`RelyLoop: ${"🔎".repeat(122)}…`);
  expect(titleOf(`x${"🔎".repeat(200)}`)).toBe(`RelyLoop: x${"🔎".repeat(121)}…`);
});

test("a title is one clean line that mentions and refers to nothing", () => {
  const title = titleOf(HOSTILE);
  expect(title).toContain("@\u200Boctocat fixes #\u200B12 GH-\u200B12");
  expect(title).not.toMatch(/[\p{Cc}\u2028\u202E]/u);
  expect(title.isWellFormed()).toBe(true);
});
