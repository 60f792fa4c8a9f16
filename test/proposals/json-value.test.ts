import { describe, expect, it } from "vitest";
import { findJsonProblem, isStorableText, JSON_VALUE_DEPTH_MAX } from "../../src/proposals/json-value.ts";

const nested = (depth: number): unknown => (depth === 0 ? 1 : { a: nested(depth - 1) });

describe("a value on its way to the database", () => {
  it("may be as deep as the limit and no deeper", () => {
    expect(findJsonProblem(nested(JSON_VALUE_DEPTH_MAX))).toBeUndefined();
    expect(findJsonProblem(nested(JSON_VALUE_DEPTH_MAX + 1))).toEqual({
      path: ["a", "a"],
      message: `nested deeper than ${JSON_VALUE_DEPTH_MAX} levels`,
    });
  });

  it("is not kept where PostgreSQL can't hold its text", () => {
    expect(isStorableText("a🔎")).toBe(true);
    expect(isStorableText("a\0")).toBe(false);
    expect(isStorableText("a\ud800")).toBe(false);
  });
});
