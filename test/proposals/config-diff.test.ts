import { describe, expect, test } from "vitest";
import { z } from "zod";
import {
  CONFIG_DIFF_PARAMS_MAX,
  configDiffSchema,
  type DeclaredParams,
  declaredParamsSchema,
  validateConfigDiff,
} from "../../src/proposals/config-diff.ts";
import { JSON_VALUE_DEPTH_MAX, type Json } from "../../src/proposals/json-value.ts";

const parse = (text: string): unknown => JSON.parse(text) as unknown;

describe("a diff held against its template", () => {
  const declared = declaredParamsSchema.parse({
    boost: "float",
    slop: { type: "int", low: 0, high: 10 },
    tie: { type: "float", low: 0.5 },
    cap: { type: "number", high: 1 },
    fuzzy: "bool",
    analyzer: "string",
    operator: { type: "categorical", choices: ["and", "or", 1, true, null] },
    constructor: "float",
  });
  const check = (diff: Record<string, Json>) =>
    validateConfigDiff(
      Object.fromEntries(Object.entries(diff).map(([param, to]) => [param, { to }])),
      declared,
    );

  test("is valid when every value has its declared type", () => {
    const diff = { boost: 2, slop: 3, fuzzy: false, analyzer: "", operator: "or", constructor: 1.5 };
    expect(check(diff)).toEqual({ kind: "valid", outOfRange: [] });
    for (const operator of [1, true, null]) expect(check({ operator }).kind).toBe("valid");
  });

  test("names every parameter the template does not declare, in the order of the diff", () => {
    expect(check({ zeta: 1, boost: "x", alpha: 1 })).toEqual({
      kind: "param_not_in_template",
      params: ["zeta", "alpha"],
    });
  });

  test("does not take what every object inherits for a declaration", () => {
    expect(check({ toString: 1, ["__proto__"]: 1, hasOwnProperty: 1 })).toEqual({
      kind: "param_not_in_template",
      params: ["toString", "__proto__", "hasOwnProperty"],
    });
  });

  const wrong: [param: string, value: Json, message: string][] = [
    ["boost", "2", 'boost must be a number, not "2"'],
    ["boost", null, "boost must be a number, not null"],
    ["slop", 2.5, "slop must be a whole number, not 2.5"],
    ["slop", true, "slop must be a whole number, not true"],
    ["fuzzy", 1, "fuzzy must be true or false, not 1"],
    ["analyzer", ["a"], 'analyzer must be text, not ["a"]'],
    ["operator", "xor", 'operator must be one of ["and","or",1,true,null], not "xor"'],
    ["operator", "1", 'operator must be one of ["and","or",1,true,null], not "1"'],
    ["analyzer", { a: "x".repeat(192) }, `analyzer must be text, not {"a":"${"x".repeat(192)}"}`],
    ["analyzer", { a: "x".repeat(300) }, `analyzer must be text, not {"a":"${"x".repeat(194)}…`],
  ];
  test.each(wrong)("refuses %s = %j", (param, value, message) => {
    expect(check({ [param]: value })).toEqual({ kind: "param_value_invalid", param, message });
  });

  test("refuses the first wrong value of several", () => {
    expect(check({ boost: 1, slop: 0.5, fuzzy: "no" })).toMatchObject({ param: "slop" });
  });

  test("points out values out of range, bounds included in the range, and refuses none", () => {
    expect(check({ slop: 11, tie: 0.4, cap: 1.1, boost: 1e9 })).toEqual({
      kind: "valid",
      outOfRange: [
        { param: "slop", value: 11, low: 0, high: 10 },
        { param: "tie", value: 0.4, low: 0.5, high: null },
        { param: "cap", value: 1.1, low: null, high: 1 },
      ],
    });
    expect(check({ slop: 10, tie: 0.5, cap: 1 })).toEqual({ kind: "valid", outOfRange: [] });
    expect(check({ slop: 0 })).toEqual({ kind: "valid", outOfRange: [] });
    expect(check({ cap: -1, boost: -1 })).toEqual({ kind: "valid", outOfRange: [] });
  });

  test.each(["float", "number", "double"] as const)("%s means a number", (type) => {
    const synonyms: DeclaredParams = { p: type };
    expect(validateConfigDiff({ p: { to: 0.5 } }, synonyms).kind).toBe("valid");
    expect(validateConfigDiff({ p: { to: "0.5" } }, synonyms).kind).toBe("param_value_invalid");
  });

  test.each([
    ["int", 1, 0.5],
    ["integer", 1, 0.5],
    ["bool", true, 1],
    ["boolean", true, 1],
    ["string", "x", 1],
    ["str", "x", 1],
  ] as const)("%s takes %j and not %j", (type, good, bad) => {
    expect(validateConfigDiff({ p: { to: good } }, { p: { type } }).kind).toBe("valid");
    expect(validateConfigDiff({ p: { to: bad } }, { p: { type } }).kind).toBe("param_value_invalid");
  });
});

describe("declared parameters in a request", () => {
  test("come in both forms, and are kept as they were sent", () => {
    const sent = {
      a: "float",
      b: { type: "integer", low: 1, high: 1 },
      c: { type: "categorical", choices: ["x", 2, false, null] },
      constructor: "str",
    };
    expect(declaredParamsSchema.parse(sent)).toEqual(sent);
    expect(declaredParamsSchema.parse({})).toEqual({});
  });

  test.each([
    ['{"a": "decimal"}'],
    ['{"a": "categorical"}'],
    ['{"a": {"type": "categorical"}}'],
    ['{"a": {"type": "categorical", "choices": []}}'],
    ['{"a": {"type": "categorical", "choices": [{}]}}'],
    ['{"a": {"type": "float", "choices": [1]}}'],
    ['{"a": {"type": "float", "low": 2, "high": 1}}'],
    ['{"a": {"type": "bool", "low": 0}}'],
    ['{"a": {"type": "float", "low": "0"}}'],
    ['{"a": {"type": "float", "step": 1}}'],
    ['{"a": {"type": "float", "high": 1e400}}'],
    ['{"a": null}'],
    ['{"": "float"}'],
    [`{"${"x".repeat(201)}": "float"}`],
    ['{"__proto__": "float"}'],
    ['{"a\\u0000": "float"}'],
    ["[]"],
    ["null"],
    [`{${Array.from({ length: 1_001 }, (_, index) => `"p${index}": "float"`).join(",")}}`],
  ])("are refused: %.60s", (text) => {
    expect(declaredParamsSchema.safeParse(parse(text)).success).toBe(false);
  });
});

describe("a config diff in a request", () => {
  test("may hold any JSON value and keeps its order", () => {
    const sent = parse(
      '{"z": {"to": null}, "a": {"from": [1, {"x": "y"}], "to": {"k": 1.5}}, "constructor": {"to": 1}}',
    );
    const parsed = configDiffSchema.parse(sent);
    expect(parsed).toEqual(sent);
    expect(Object.keys(parsed)).toEqual(["z", "a", "constructor"]);
  });

  test(`may change ${CONFIG_DIFF_PARAMS_MAX} parameters and no more`, () => {
    const diffOf = (length: number) =>
      Object.fromEntries(Array.from({ length }, (_, index) => [`p${index}`, { to: 1 }]));
    expect(configDiffSchema.safeParse(diffOf(CONFIG_DIFF_PARAMS_MAX)).success).toBe(true);
    expect(configDiffSchema.safeParse(diffOf(CONFIG_DIFF_PARAMS_MAX + 1)).error?.issues).toMatchObject([
      { message: `changes more than ${CONFIG_DIFF_PARAMS_MAX} parameters` },
    ]);
    expect(configDiffSchema.safeParse({}).error?.issues).toMatchObject([{ message: "changes no parameter" }]);
  });

  test.each([
    ["no parameter", "{}"],
    ["no new value", '{"a": {"from": 1}}'],
    ["a bare value", '{"a": 1}'],
    ["an unknown key", '{"a": {"to": 1, "why": 2}}'],
    ["an empty name", '{"": {"to": 1}}'],
    ["a name of 201 characters", `{"${"x".repeat(201)}": {"to": 1}}`],
    ["an array", '[{"to": 1}]'],
  ])("is refused with %s", (_title, text) => {
    expect(configDiffSchema.safeParse(parse(text)).success).toBe(false);
  });

  test.each([
    ["U+0000, which jsonb can't hold", '{"a": {"to": "x\\u0000"}}', ["a", "to"], "text holds U+0000"],
    [
      "half a surrogate pair",
      '{"a": {"to": ["\\ud800"]}}',
      ["a", "to", 0],
      "text holds U+0000 or half a surrogate",
    ],
    ["a bad key inside a value", '{"a": {"to": {"\\u0000": 1}}}', ["a", "to"], "a key holds"],
    ["__proto__, which would be lost", '{"__proto__": {"to": 1}}', [], "a key must not be __proto__"],
    [
      "__proto__ inside a value",
      '{"a": {"to": {"__proto__": 1}}}',
      ["a", "to"],
      "a key must not be __proto__",
    ],
    ["a number beyond doubles", '{"a": {"to": 1e999}}', ["a", "to"], "number is too large"],
    [
      "a value nested too deep",
      `{"a": {"to": ${"[".repeat(100_000)}${"]".repeat(100_000)}}}`,
      ["a", "to"],
      `nested deeper than ${JSON_VALUE_DEPTH_MAX} levels`,
    ],
  ])("is refused with %s, naming the place", (_title, text, path, message) => {
    const outcome = configDiffSchema.safeParse(parse(text));
    expect(outcome.error?.issues).toHaveLength(1);
    expect(outcome.error?.issues[0]).toMatchObject({
      path,
      message: expect.stringContaining(message) as string,
    });
  });
});

test("the description for callers says what is not plain from the types", () => {
  const described = JSON.stringify([z.toJSONSchema(configDiffSchema), z.toJSONSchema(declaredParamsSchema)]);
  for (const words of [
    "Any JSON value.",
    "The type alone. A categorical parameter needs its choices.",
    "Smallest usual value; smaller ones are pointed out, not refused.",
    "Largest usual value; larger ones are pointed out, not refused.",
  ]) {
    expect(described).toContain(words);
  }
});

test("both schemas can be described as JSON Schema, for requests and answers", () => {
  for (const schema of [configDiffSchema, declaredParamsSchema]) {
    for (const io of ["input", "output"] as const) {
      expect(z.toJSONSchema(schema, { io })).toMatchObject({ type: "object", additionalProperties: {} });
    }
  }
});
