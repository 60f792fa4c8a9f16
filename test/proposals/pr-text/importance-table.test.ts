import { describe, expect, it } from "vitest";
import { importanceTable } from "../../../src/proposals/pr-text/importance-table.ts";

describe("the table of parameter importance", () => {
  it("is sorted by size, and keeps the digest's order among equals", () => {
    expect(importanceTable({ b: 0.2, a: 0.2, c: 0.6, d: "high", e: null, f: 0.2 })).toBe(
      [
        "| Param | Importance |",
        "| --- | ---: |",
        "| `c` | 0.600 |",
        "| `b` | 0.200 |",
        "| `a` | 0.200 |",
        "| `f` | 0.200 |",
        '| `d` | `"high"` |',
        "| `e` | `null` |",
      ].join("\n"),
    );
  });

  it("counts what it leaves out, where it leaves something out", () => {
    const importance = (length: number) =>
      Object.fromEntries(Array.from({ length }, (_, index) => [`p${index}`, 1]));
    expect(importanceTable(importance(100))).not.toContain("more");
    expect(importanceTable(importance(101)).split("\n").slice(-2)).toEqual(["", "… and 1 more."]);
  });

  it("says so where there is none", () => {
    expect(importanceTable({})).toBe("The digest names no parameter importance.");
  });
});
