import { describe, expect, test } from "vitest";
import type { Json } from "../../../src/proposals/json-value.ts";
import { applyConfigDiff } from "../../../src/proposals/params-file.ts";

const edit = (base: string, to: Json) => applyConfigDiff(Buffer.from(base), { a: { to } });

describe("what counts as the same value", () => {
  const same: [base: string, to: Json][] = [
    ["1.0", 1],
    ["10e-1", 1],
    ["1E2", 100],
    ["-0.0", 0],
    ["0.10", 0.1],
    ["1000000000000000000000", 1e21],
    ['"\\u00e9"', "é"],
    ['{"b": 2.0, "a": [1.0, null]}', { a: [1, null], b: 2 }],
    ['{"a": 1, "a": 2}', { a: 2 }],
  ];
  test.each(same)("%s is %j: not touched", (base, to) => {
    expect(edit(`{"a": ${base}}`, to)).toEqual({
      kind: "no_changes",
      drift: [],
    });
  });

  const different: [base: string, to: Json][] = [
    ["12345678901234567", 12345678901234568],
    ["9007199254740993", 9007199254740992],
    ["0.1000000000000000055511151231257827", 0.1],
    ["1e400", 1e308],
    ['"1"', 1],
    ["true", "true"],
    ["null", 0],
    ["[]", {}],
    ['"x"', 1],
    ["1", "x"],
    ["1", "1"],
    ["{}", null],
    ["[1, 2]", [2, 1]],
    ["[1, 2]", [1, 3]],
    ['{"a": 1, "b": 2}', { a: 1, b: 3 }],
    ["[1]", [1, 2]],
    ['{"a": 1}', { a: 1, b: 1 }],
    ['{"toString": 1}', {}],
    ['{"__proto__": {}}', { x: 1 }],
  ];
  test.each(different)("%s is not %j: edited", (base, to) => {
    const outcome = edit(`{"a": ${base}}`, to);
    expect("bytes" in outcome && Buffer.from(outcome.bytes).toString()).toBe(`{"a": ${JSON.stringify(to)}}`);
  });

  test("what stays keeps its spelling, in a diff that changes something else", () => {
    const outcome = applyConfigDiff(Buffer.from('{"a": 1.0, "b": 2}'), { a: { to: 1 }, b: { to: 3 } });
    expect("bytes" in outcome && Buffer.from(outcome.bytes).toString()).toBe('{"a": 1.0, "b": 3}');
  });
});
