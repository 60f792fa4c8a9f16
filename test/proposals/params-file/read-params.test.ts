import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { JSON_TREE_DEPTH_MAX } from "../../../src/proposals/params-file/json-tree.ts";
import { PARAMS_FILE_BYTES_MAX, readParams } from "../../../src/proposals/params-file/read-params.ts";
import { applyConfigDiff } from "../../../src/proposals/params-file.ts";

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

describe("files that can't be edited", () => {
  const rows: [title: string, file: string | Uint8Array, message: string][] = [
    ["an empty file", "", "not valid JSON: value expected at line 1, column 1"],
    ["only spaces and a byte order mark", "\uFEFF \n ", "not valid JSON: value expected at line 2, column 2"],
    ["a missing colon", '{\n  "a" 1\n}', "not valid JSON: colon expected at line 2, column 7"],
    [
      "a missing comma",
      '{\r\n  "a": 1\r\n  "b": 2\r\n}',
      "not valid JSON: comma expected at line 3, column 3",
    ],
    ["a trailing comma", '{"a": 1,}', "not valid JSON: property name expected at line 1, column 9"],
    ["a file that stops in the middle", '{"a": ', "not valid JSON: value expected at line 1, column 7"],
    ["two values", '{"a": 1} {}', "not valid JSON: end of file expected at line 1, column 10"],
    [
      "a merge conflict",
      '{\n<<<<<<< HEAD\n  "a": 1\n}',
      "not valid JSON: invalid symbol at line 2, column 1",
    ],
    ["single quotes", "{'a': 1}", "not valid JSON: invalid symbol at line 1, column 2"],
    ["NaN", '{"a": NaN}', "not valid JSON: invalid symbol at line 1, column 7"],
    ["a leading zero", '{"a": 01}', "not valid JSON: comma expected at line 1, column 8"],
    ["a raw tab in text", '{"a": "\t"}', "not valid JSON: invalid character at line 1, column 7"],
    ["a bad escape", '{"a": "\\x"}', "not valid JSON: invalid escape character at line 1, column 7"],
    ["an open comment", '{"a": 1} /*', "not valid JSON: unexpected end of comment at line 1, column 10"],
    ["an array", "// list\n [1]", "not a JSON object but an array at line 2, column 2"],
    ["a single value", "\uFEFF12", "not a JSON object but a single value at line 1, column 1"],
    ["Latin-1", Uint8Array.from([0x7b, 0x0a, 0x22, 0xe9, 0x22]), "not UTF-8 text at line 2, column 2"],
    [
      "broken UTF-8 behind a real replacement character",
      Buffer.concat([bytesOf('\uFEFF{"\uFFFD'), Uint8Array.of(0xff)]),
      "not UTF-8 text at line 1, column 4",
    ],
    ["UTF-16", Buffer.from('\uFEFF{"a": 1}', "utf16le"), "not UTF-8 text at line 1, column 1"],
    [
      "a stray byte before what ends U+FFFD",
      Buffer.from([0xc0, 0xbf, 0xbd]),
      "not UTF-8 text at line 1, column 1",
    ],
    ["half of U+FFFD", Buffer.from([0xef, 0xbf, 0x41]), "not UTF-8 text at line 1, column 1"],
    ["the ends of U+FFFD", Buffer.from([0xef, 0x41, 0xbd]), "not UTF-8 text at line 1, column 1"],
    [
      "U+FFFD itself, and then a stray byte",
      Buffer.from([0xef, 0xbf, 0xbd, 0xef, 0xbf, 0xbd, 0xff]),
      "not UTF-8 text at line 1, column 3",
    ],
    [
      "more bytes than a params file has",
      new Uint8Array(PARAMS_FILE_BYTES_MAX + 1),
      "too large: 8388609 bytes, at most 8388608 are read",
    ],
    [
      "brackets that would exhaust the stack",
      `{"a": ${"[".repeat(1_000_000)}`,
      `not valid JSON: nested deeper than ${JSON_TREE_DEPTH_MAX} levels at line 1, column 106`,
    ],
    ["as many errors as bytes", ",".repeat(4_000_000), "not valid JSON: value expected at line 1, column 1"],
  ];
  test.each(rows)("%s", (_title, file, message) => {
    const bytes = typeof file === "string" ? bytesOf(file) : file;
    expect(applyConfigDiff(bytes, { a: { to: 1 } })).toEqual({ kind: "unreadable", message });
  });

  test("nesting up to the limit is read", () => {
    const inner = JSON_TREE_DEPTH_MAX - 1;
    expect(readParams(bytesOf(`{"a": ${"[".repeat(inner)}${"]".repeat(inner)}}`)).kind).toBe("read");
  });
});

test("a text without comments is read exactly when JSON.parse reads it as an object", () => {
  const fragment = fc.constantFrom(
    ...'{}[]:,"\\ \n\t0123.-+eE'.split(""),
    ...['"a"', '"b":', "true", "nul", "\\u00", "1.5", "é", "\u00a0", "\u2028", "\u0001"],
  );
  const soup = fc.array(fragment, { maxLength: 12 }).map((parts) => `{"k": ${parts.join("")}}`);
  const valid = fc.json({ maxDepth: 3 });
  fc.assert(
    fc.property(fc.oneof(soup, valid), (text) => {
      let isObject = false;
      try {
        const value = JSON.parse(text) as unknown;
        isObject = typeof value === "object" && value !== null && !Array.isArray(value);
      } catch {
        // Stays false: not JSON.
      }
      expect(readParams(bytesOf(text)).kind).toBe(isObject ? "read" : "unreadable");
    }),
    { numRuns: 3_000 },
  );
});
