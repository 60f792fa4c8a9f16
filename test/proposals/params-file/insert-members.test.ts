import { expect, test } from "vitest";
import { applyConfigDiff } from "../../../src/proposals/params-file.ts";

const add = (text: string, ...params: string[]): string => {
  const diff = Object.fromEntries(params.map((param, index) => [param, { to: index + 2 }]));
  const edited = applyConfigDiff(new TextEncoder().encode(text), diff);
  if (edited.kind !== "edited") throw new Error(edited.kind);
  return new TextDecoder().decode(edited.bytes);
};

test.each([
  ["a colon without spaces from the file", '{"x":1,"a":{}}', '{"x":1,"a":{"a":2,"b":3}}'],
  ["a colon with a space from the file", '{"x": 1, "a": {}}', '{"x": 1, "a": {"a": 2, "b": 3}}'],
  [
    "lines of their own from the empty object they fill",
    '{\n  "x": 1,\n  "a": {\n  }\n}',
    '{\n  "x": 1,\n  "a": {\n    "a": 2,\n    "b": 3\n  }\n}',
  ],
  [
    "the indentation of the object's own line, however its brace stands",
    '{\n  "a": {\n}\n}',
    '{\n  "a": {\n    "a": 2,\n    "b": 3\n}\n}',
  ],
  [
    "two spaces where the outermost members share their line with a brace",
    '{ "a": {\n} }',
    '{ "a": {\n  "a": 2,\n  "b": 3\n} }',
  ],
  [
    "two spaces where the outermost members share a line",
    '{\n "x": 1, "a": {\n}}',
    '{\n "x": 1, "a": {\n   "a": 2,\n   "b": 3\n}}',
  ],
])("members of an empty object take %s", (_, before, after) => {
  expect(add(before, "a.a", "a.b")).toBe(after);
});

test.each([
  ["the last colon, not one in the key", '{"a:b": 1}', '{"a:b": 1, "y": 2, "z": 3}'],
  ["the last comma, not one in a value", '{"a": [1,2], "b": 3}', '{"a": [1,2], "b": 3, "y": 2, "z": 3}'],
  [
    "the spaces behind the comma, not those behind the colon",
    '{"a":1, "b":2}',
    '{"a":1, "b":2, "y":2, "z":3}',
  ],
])("members behind another one on its line copy %s", (_, before, after) => {
  expect(add(before, "y", "z")).toBe(after);
});
