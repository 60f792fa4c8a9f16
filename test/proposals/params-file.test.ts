import { describe, expect, test } from "vitest";
import type { ConfigDiff } from "../../src/proposals/config-diff.ts";
import { applyConfigDiff } from "../../src/proposals/params-file.ts";

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

/** The edited file's text; the byte order mark stays visible. */
function edit(text: string, diff: ConfigDiff): string {
  const outcome = applyConfigDiff(bytesOf(text), diff);
  if (outcome.kind !== "edited") throw new Error(`expected an edit, not ${JSON.stringify(outcome)}`);
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(outcome.bytes);
}

describe("changing a value", () => {
  const rows: [title: string, before: string, diff: ConfigDiff, after: string][] = [
    [
      "leaves the other lines alone",
      '{\n  "boost": 1.50,\n  "slop": 2\n}\n',
      { slop: { to: 3 } },
      '{\n  "boost": 1.50,\n  "slop": 3\n}\n',
    ],
    [
      "keeps a file without a final newline",
      '{\n\t"boost": 1\n}',
      { boost: { to: 2 } },
      '{\n\t"boost": 2\n}',
    ],
    [
      "keeps CRLF",
      '{\r\n  "boost": 1,\r\n  "slop": 2\r\n}\r\n',
      { boost: { to: 9 } },
      '{\r\n  "boost": 9,\r\n  "slop": 2\r\n}\r\n',
    ],
    [
      "keeps mixed line endings",
      '{\r\n  "boost": 1,\n  "slop": 2\r}\n',
      { slop: { to: 9 } },
      '{\r\n  "boost": 1,\n  "slop": 9\r}\n',
    ],
    ["keeps a byte order mark", '\uFEFF{"boost": 1}\n', { boost: { to: 2 } }, '\uFEFF{"boost": 2}\n'],
    [
      "keeps comments",
      '// tuned\n{\n  "boost": 1, // was 2\n  /* a */ "slop": /* b */ 2 /* c */\n}\n',
      { boost: { to: 3 }, slop: { to: 4 } },
      '// tuned\n{\n  "boost": 3, // was 2\n  /* a */ "slop": /* b */ 4 /* c */\n}\n',
    ],
    ["keeps one line one line", '{"boost":1,"slop":2}', { boost: { to: 3 } }, '{"boost":3,"slop":2}'],
    [
      "edits the last of duplicate keys, the one JSON.parse takes",
      '{\n  "boost": 1,\n  "slop": 2,\n  "boost": 3\n}\n',
      { boost: { to: 4 } },
      '{\n  "boost": 1,\n  "slop": 2,\n  "boost": 4\n}\n',
    ],
    [
      "writes the value as JSON.stringify spells it",
      '{\n  "a": 1,\n  "b": [\n    1\n  ],\n  "c": null,\n  "d": ""\n}\n',
      { a: { to: 1e21 }, b: { to: { x: [1, 2] } }, c: { to: 'é"\n\ud800' }, d: { to: false } },
      '{\n  "a": 1e+21,\n  "b": {"x":[1,2]},\n  "c": "é\\"\\n\\ud800",\n  "d": false\n}\n',
    ],
    [
      "finds a key that is spelled with escapes",
      '{"b\\u006fost": 1}',
      { boost: { to: 2 } },
      '{"b\\u006fost": 2}',
    ],
    [
      "treats names every object inherits as names",
      '{"a": 1, "constructor": 1, "__proto__": {"toString": 1}}',
      { constructor: { to: 2 }, "__proto__.toString": { to: 3 } },
      '{"a": 1, "constructor": 2, "__proto__": {"toString": 3}}',
    ],
    [
      "counts offsets right behind characters of four bytes",
      '{"🔎é": "🔎", "boost": 1}',
      { boost: { to: 2 } },
      '{"🔎é": "🔎", "boost": 2}',
    ],
  ];
  test.each(rows)("%s", (_title, before, diff, after) => {
    expect(edit(before, diff)).toBe(after);
  });
});

test("values are changed where they stand, whatever the order of the diff", () => {
  const diff = { c: { to: 7 }, new: { to: 4 }, a: { to: 5 }, b: { to: 6 } };
  expect(edit('{"a": 1, "b": 2, "c": 3}', diff)).toBe('{"a": 5, "b": 6, "c": 7, "new": 4}');
});

describe("what a name with dots means", () => {
  const rows: [title: string, before: string, diff: ConfigDiff, after: string][] = [
    ["the literal key first", '{"a.b": 1, "a": {"b": 2}}', { "a.b": { to: 3 } }, '{"a.b": 3, "a": {"b": 2}}'],
    ["else the member of the object", '{"a": {"b": 2}}', { "a.b": { to: 3 } }, '{"a": {"b": 3}}'],
    [
      "a new member of an object that exists",
      '{"a": {"x": 2}}',
      { "a.b": { to: 3 } },
      '{"a": {"x": 2, "b": 3}}',
    ],
    ["else a new literal key", '{"x": 1}', { "a.b": { to: 3 } }, '{"x": 1, "a.b": 3}'],
    [
      "a new literal key beside a value that is no object",
      '{"a": 1}',
      { "a.b": { to: 3 } },
      '{"a": 1, "a.b": 3}',
    ],
    [
      "a member several objects deep",
      '{"a": {"b": {"c": 1}}}',
      { "a.b.c": { to: 2 } },
      '{"a": {"b": {"c": 2}}}',
    ],
    ["a literal key inside an object", '{"a": {"b.c": 1}}', { "a.b.c": { to: 2 } }, '{"a": {"b.c": 2}}'],
    [
      "the object with the longest name",
      '{"a": {"b": {"c": 1}}, "a.b": {"c": 1}}',
      { "a.b.c": { to: 2 } },
      '{"a": {"b": {"c": 1}}, "a.b": {"c": 2}}',
    ],
    [
      "a new member several objects deep",
      '{"a": {"b": {}}}',
      { "a.b.c": { to: 2 } },
      '{"a": {"b": {"c": 2}}}',
    ],
    [
      "a new literal key at the top where an object on the way is missing",
      '{"a": {"x": 1}}',
      { "a.b.c": { to: 2 } },
      '{"a": {"x": 1}, "a.b.c": 2}',
    ],
    [
      "a member of the last of duplicate objects",
      '{"a": {"b": 1}, "a": {"b": 1}}',
      { "a.b": { to: 2 } },
      '{"a": {"b": 1}, "a": {"b": 2}}',
    ],
    [
      "nothing special in dots without names",
      '{"": {"": 1}, "x": 1}',
      { ".": { to: 2 } },
      '{"": {"": 2}, "x": 1}',
    ],
  ];
  test.each(rows)("%s", (_title, before, diff, after) => {
    expect(edit(before, diff)).toBe(after);
  });

  test("two names in one diff that can't both hold are a conflict", () => {
    const outcome = applyConfigDiff(bytesOf('{"a": {"b": 1}}'), { a: { to: 1 }, "a.b": { to: 2 } });
    expect(outcome).toEqual({
      kind: "conflict",
      params: ["a", "a.b"],
      message: "a replaces the object that a.b is a member of",
    });
    const unchanged = applyConfigDiff(bytesOf('{"a": {"b": 1}}'), { "a.b": { to: 1 }, a: { to: 2 } });
    expect(unchanged).toMatchObject({ kind: "conflict", params: ["a", "a.b"] });
    const added = applyConfigDiff(bytesOf('{"a": {}}'), { "a.b": { to: 2 }, a: { to: 1 } });
    expect(added).toMatchObject({ kind: "conflict", params: ["a", "a.b"] });
  });

  test("an object that is replaced beside literal keys is no conflict", () => {
    expect(edit('{"a": {"x": 1}, "a.b": 1}', { a: { to: 1 }, "a.b": { to: 2 } })).toBe('{"a": 1, "a.b": 2}');
  });
});

describe("adding a value", () => {
  const rows: [title: string, before: string, diff: ConfigDiff, after: string][] = [
    [
      "takes indentation and line ending from the last line",
      '{\r\n\t"boost" : 1\r\n}\r\n',
      { slop: { to: 2 }, tie: { to: 0.5 } },
      '{\r\n\t"boost" : 1,\r\n\t"slop" : 2,\r\n\t"tie" : 0.5\r\n}\r\n',
    ],
    [
      "leaves the comment behind the last value where it is",
      '{\n  "boost": 1 // keep "}" low\n  // the end\n}\n',
      { slop: { to: 2 } },
      '{\n  "boost": 1, // keep "}" low\n  "slop": 2\n  // the end\n}\n',
    ],
    [
      "also behind a comment of several lines",
      '{\n  "boost": 1 /* a\n  b */ // c\n}\n',
      { slop: { to: 2 } },
      '{\n  "boost": 1, /* a\n  b */ // c\n  "slop": 2\n}\n',
    ],
    [
      "keeps spaces at the end of the line",
      '{\n  "a": 1  \n}',
      { b: { to: 2 } },
      '{\n  "a": 1,  \n  "b": 2\n}',
    ],
    [
      "copes with a brace on the last line",
      '{\n  "a": 1 /* x */ }',
      { b: { to: 2 } },
      '{\n  "a": 1, /* x */\n  "b": 2 }',
    ],
    [
      "keeps one line one line",
      '{ "a": 1,"b": 2 }',
      { c: { to: 3 }, d: { to: 4 } },
      '{ "a": 1,"b": 2,"c": 3,"d": 4 }',
    ],
    ["keeps a dense line dense", '{"a":1}', { b: { to: 2 } }, '{"a":1,"b":2}'],
    ["goes with the spaces behind a single value's colon", '{"a": 1}', { b: { to: 2 } }, '{"a": 1, "b": 2}'],
    ["fills an empty object", "{}\n", { a: { to: 1 }, b: { to: 2 } }, '{"a": 1, "b": 2}\n'],
    ["fills a padded empty object", "{ }", { a: { to: 1 } }, '{ "a": 1 }'],
    ["fills an empty object of two lines", "{\r\n}\r\n", { a: { to: 1 } }, '{\r\n  "a": 1\r\n}\r\n'],
    [
      "fills an object that holds a comment only",
      "{\n  // nothing yet\n}\n",
      { a: { to: 1 } },
      '{\n  // nothing yet\n  "a": 1\n}\n',
    ],
    [
      "fills an object with a comment on one line",
      "{ /* none */ }",
      { a: { to: 1 } },
      '{ /* none */ "a": 1 }',
    ],
    [
      "indents a filled inner object by the file's own step",
      '{\n    "x": 1,\n    "a": {\n    }\n}',
      { "a.b": { to: 1 } },
      '{\n    "x": 1,\n    "a": {\n        "b": 1\n    }\n}',
    ],
    ["escapes the new key", '{"a": 1}', { 'b"\\': { to: 2 } }, '{"a": 1, "b\\"\\\\": 2}'],
    [
      "changes the last value and adds behind it",
      '{\n  "a": 1\n}\n',
      { b: { to: 2 }, a: { to: 5 } },
      '{\n  "a": 5,\n  "b": 2\n}\n',
    ],
    [
      "adds to an object and to the last object in it",
      '{\n  "a": {"x": 1}\n}\n',
      { "a.y": { to: 2 }, b: { to: 3 } },
      '{\n  "a": {"x": 1, "y": 2},\n  "b": 3\n}\n',
    ],
  ];
  test.each(rows)("%s", (_title, before, diff, after) => {
    expect(edit(before, diff)).toBe(after);
  });
});

describe("changes and drift", () => {
  test("changes carry the value on base, also as the file spells it, in the order of the diff", () => {
    const base = '{"big": 12345678901234567, "list": [1.0, /* x */ {"k" : true}], "same": 1}';
    const outcome = applyConfigDiff(bytesOf(base), {
      fresh: { to: "x" },
      list: { to: null },
      same: { to: 1 },
      big: { to: 1 },
    });
    expect(outcome).toMatchObject({ kind: "edited", drift: [] });
    expect(outcome).toHaveProperty("changes", [
      { param: "fresh", to: "x" },
      { param: "list", from: [1, { k: true }], fromText: '[1.0,{"k":true}]', to: null },
      { param: "big", from: Number("12345678901234567"), fromText: "12345678901234567", to: 1 },
    ]);
  });

  test("drift is a base value other than the expected one, compared by value", () => {
    const outcome = applyConfigDiff(bytesOf('{"a": 1.0, "b": 2.50, "c": 3}'), {
      a: { from: 1, to: 5 },
      b: { from: 2, to: 5 },
      c: { to: 5 },
      d: { from: 4, to: 5 },
      e: { from: null, to: 5 },
    });
    expect(outcome).toHaveProperty("drift", [
      { param: "b", expected: 2, actual: 2.5, actualText: "2.50" },
      { param: "d", expected: 4 },
    ]);
  });

  test("drift is told even when nothing is left to change", () => {
    expect(applyConfigDiff(bytesOf('{"a": 2}'), { a: { from: 1, to: 2 } })).toEqual({
      kind: "no_changes",
      drift: [{ param: "a", expected: 1, actual: 2, actualText: "2" }],
    });
  });
});
