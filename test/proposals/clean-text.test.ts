import { describe, expect, test } from "vitest";
import {
  breakAutolinks,
  cleanLine,
  cleanLines,
  countCodePoints,
  cutText,
} from "../../src/proposals/clean-text.ts";

const Z = "\u200B";

describe("a clean line", () => {
  test.each([
    ["  plain  ", "plain"],
    ["a\nb\r\nc\rd\u2028e\u2029f\u0085g\vh\fi", "a b c d e f g h i"],
    ["a\tb", "a b"],
    [" a \t\n\t b ", "a b"],
    ["a\0b\u001b[31mc\u007fd\u009fe", "a\uFFFDb\uFFFD[31mc\uFFFDd\uFFFDe"],
    ["a\u202Eb\u2066c\u2069d\u200Fe\u061C.", "a\uFFFDb\uFFFDc\uFFFDd\uFFFDe\uFFFD."],
    ["a\u{E0041}b", "a\uFFFDb"],
    ["a\ud800b", "a\uFFFDb"],
    ["👩‍💻 é 検索", "👩‍💻 é 検索"],
  ])("of %j is %j", (text, clean) => {
    expect(cleanLine(text)).toBe(clean);
  });
});

test("clean lines have no blank ones at the ends and never two in a row", () => {
  expect(cleanLines("\n \n a \n\n\r\n\t\nb\nc\n\n")).toEqual(["a", "", "b", "c"]);
  expect(cleanLines("")).toEqual([]);
  expect(cleanLines("\n\n")).toEqual([]);
});

describe("what GitHub would link", () => {
  test.each([
    ["@octocat", `@${Z}octocat`],
    ["ask @acme/search-team, or (@bob)", `ask @${Z}acme/search-team, or (@${Z}bob)`],
    ["a_@bob", `a_@${Z}bob`],
    ["mail ada@example.com", `mail ada@${Z}example.com`],
    ["fixes #12 and acme/x#13", `fixes #${Z}12 and acme/x#${Z}13`],
    ["closes GH-7, gh-8", `closes GH-${Z}7, gh-${Z}8`],
    ["see https://example.com/a", `see https:/${Z}/example.com/a`],
    ["WWW.example.com", `WWW${Z}.example.com`],
    ["since 3f2a9bc", `since 3f2a9b${Z}c`],
    ["abcdefABCDEF01", `abcdef${Z}ABCDEF${Z}01`],
  ])("in %j is broken up", (text, broken) => {
    expect(breakAutolinks(text)).toBe(broken);
  });

  test.each([
    "ndcg@10",
    "# heading",
    "a # b",
    "effaced 1234567890",
    "0199a1b2-c3d4",
    "title:boost",
    "a//b",
    "@ 5",
  ])("is not in %j", (text) => {
    expect(breakAutolinks(text)).toBe(text);
  });
});

describe("cutting text", () => {
  test("counts code points, not UTF-16 units", () => {
    expect(countCodePoints("a🔎é")).toBe(3);
    expect(cutText("🔎🔎🔎", 3)).toBe("🔎🔎🔎");
    expect(cutText("🔎🔎🔎🔎", 3)).toBe("🔎🔎…");
    expect(cutText("abcd", 4)).toBe("abcd");
    expect(cutText("abcde", 4)).toBe("abc…");
    expect(cutText("", 4)).toBe("");
  });
});
