import { expect, test } from "vitest";
import { UNIFIED_DIFF_CHARS_MAX, unifiedDiff } from "../../src/proposals/unified-diff.ts";

const diff = (before: string, after: string): string =>
  unifiedDiff("a/x.params.json", Buffer.from(before), Buffer.from(after));

test("a diff reads like git's, with three lines around each change", () => {
  const lines = ["{", '  "a": 1,', '  "b": 2,', '  "c": 3,', '  "d": 4,', '  "e": 5', "}"];
  const before = lines.join("\n");
  expect(diff(before, before.replace("5", "6"))).toBe(
    [
      "--- a/a/x.params.json",
      "+++ b/a/x.params.json",
      "@@ -3,5 +3,5 @@",
      '   "b": 2,',
      '   "c": 3,',
      '   "d": 4,',
      '-  "e": 5',
      '+  "e": 6',
      " }",
      "\\ No newline at end of file",
      "",
    ].join("\n"),
  );
});

test("a line of equals signs is a line like any other", () => {
  expect(diff("=====\na\n", "=====\nb\n")).toContain("@@ -1,2 +1,2 @@\n =====\n-a\n+b\n");
});

test("carriage returns and byte order marks are part of the lines", () => {
  const shown = diff('\uFEFF{\r\n"a": 1\r\n}\r\n', '\uFEFF{\r\n"a": 2\r\n}\r\n');
  expect(shown).toContain(' \uFEFF{\r\n-"a": 1\r\n+"a": 2\r\n }\r\n');
});

test("one changed line of a large file is shown", () => {
  const before = Array.from({ length: 150_000 }, (_, index) => `  "field_${index}.boost": 1.50,`).join("\n");
  const shown = diff(before, before.replace('"field_70000.boost": 1.50', '"field_70000.boost": 2'));
  expect(shown.match(/^[-+] /gm)).toHaveLength(2);
});

test("a diff that is too long ends at a line and says so", () => {
  const lines = (value: number) =>
    Array.from({ length: 400 }, (_, index) => `"${"k".repeat(500)}${index}": ${value}`);
  const shown = diff(lines(1).join("\n"), lines(2).join("\n"));
  expect(shown.length).toBeLessThan(UNIFIED_DIFF_CHARS_MAX + 100);
  expect(shown).toMatch(/: [12]\n… the rest is too long to show\n$/);
});

test("a single line that is too long leaves the headings", () => {
  const long = "x".repeat(UNIFIED_DIFF_CHARS_MAX);
  expect(diff(`${long}1`, `${long}2`)).toMatch(/@@\n… the rest is too long to show\n$/);
});

test("files with nothing in common are not compared to the end", () => {
  const lines = (prefix: string) =>
    Array.from({ length: 1_000 }, (_, index) => `${prefix}${index}`).join("\n");
  expect(diff(lines("a"), lines("b"))).toBe(
    "--- a/a/x.params.json\n+++ b/a/x.params.json\n… too many lines differ to show them\n",
  );
});
