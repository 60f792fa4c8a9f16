import { describe, expect, it } from "vitest";
import {
  CHOICES_MAX,
  DECLARED_PARAMS_MAX,
  declarationOf,
  declaredParamsSchema,
  PARAM_NAME_CHARS_MAX,
} from "../../src/proposals/declared-params.ts";

const issuesOf = (declaration: unknown) =>
  declaredParamsSchema.safeParse({ p: declaration }).error?.issues ?? [];

describe("a declared parameter", () => {
  it.each([
    [{ type: "bool", low: 0 }, [], "low and high have no meaning for bool"],
    [{ type: "categorical", choices: ["a"], high: 1 }, [], "low and high have no meaning for categorical"],
    [{ type: "integer", low: 2, high: 1 }, ["low"], "low is greater than high"],
    [{ type: "categorical" }, ["choices"], "categorical needs its choices"],
    [{ type: "str", choices: ["a"] }, ["choices"], "choices have no meaning for str"],
  ])("%j is refused with the place and the reason", (declaration, path, message) => {
    expect(issuesOf(declaration)).toEqual([{ code: "custom", path: ["p", ...path], message }]);
  });

  it("may have one bound, two equal ones, or none, and as many choices and names as the limits say", () => {
    const choices = Array.from({ length: CHOICES_MAX }, (_, index) => index);
    const good = [
      { type: "int", low: 1 },
      { type: "double", high: 1 },
      { type: "float", low: 1, high: 1 },
      { type: "bool" },
      { type: "categorical", choices },
    ];
    for (const declaration of good) expect(issuesOf(declaration)).toEqual([]);
    const read = (declared: object) => declaredParamsSchema.safeParse(declared);
    expect(read({ p: { type: "categorical", choices: [...choices, -1] } }).success).toBe(false);
    expect(read({ ["x".repeat(PARAM_NAME_CHARS_MAX)]: "int" }).success).toBe(true);
    const many = (length: number) => Object.fromEntries(Array.from({ length }, (_, index) => [index, "int"]));
    expect(read(many(DECLARED_PARAMS_MAX)).success).toBe(true);
    expect(read(many(DECLARED_PARAMS_MAX + 1)).error?.issues).toMatchObject([
      { message: `more than ${DECLARED_PARAMS_MAX} parameters` },
    ]);
  });

  it("that is categorical has no short form", () => {
    expect(issuesOf("categorical")).toHaveLength(1);
  });

  it("is the same in its short form and its long one, under the type's own name", () => {
    const plain = { type: "float", low: null, high: null, choices: [] };
    expect(declarationOf({ p: "number" }, "p")).toEqual(plain);
    expect(declarationOf({ p: { type: "double" } }, "p")).toEqual(plain);
    expect(declarationOf({ p: { type: "int", low: 0, high: 9 } }, "p")).toEqual({
      ...plain,
      type: "int",
      low: 0,
      high: 9,
    });
    expect(declarationOf({ p: { type: "categorical", choices: [null] } }, "p")?.choices).toEqual([null]);
  });

  it.each([
    ["float", "float"],
    ["int", "int"],
    ["bool", "bool"],
    ["string", "string"],
    ["number", "float"],
    ["double", "float"],
    ["integer", "int"],
    ["boolean", "bool"],
    ["str", "string"],
  ] as const)("of the type %s is a %s", (name, type) => {
    expect(declaredParamsSchema.parse({ p: name })).toEqual({ p: name });
    expect(declarationOf({ p: name }, "p")?.type).toBe(type);
  });

  it("is not one that every object inherits", () => {
    expect(declarationOf({}, "constructor")).toBeUndefined();
    expect(declarationOf({ p: "int" }, "q")).toBeUndefined();
  });
});
