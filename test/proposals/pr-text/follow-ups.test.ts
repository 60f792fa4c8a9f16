import { describe, expect, it } from "vitest";
import { followUpList } from "../../../src/proposals/pr-text/follow-ups.ts";

describe("suggested follow-ups", () => {
  it.each(["title", "name", "suggestion", "summary", "action", "text"])("are headed by their %s", (name) => {
    expect(followUpList([{ [name]: "Widen the range" }])).toBe("- Widen the range");
  });

  it.each(["description", "detail", "details", "rationale", "reason"])(
    "are explained by their %s",
    (name) => {
      expect(followUpList([{ title: "Widen", [name]: "it pays" }])).toBe("- Widen: it pays");
      expect(followUpList([{ [name]: "it pays" }])).toBe("- it pays");
    },
  );

  it("are read past names that hold no text", () => {
    expect(followUpList([{ title: 5, name: "Widen" }])).toBe("- Widen");
    expect(followUpList([{ title: "  ", name: "Widen" }])).toBe("- Widen");
    expect(followUpList([{ title: "", name: "Widen" }])).toBe("- Widen");
  });

  it("are shown as they are where they are no texts, one or many", () => {
    expect(followUpList([3, true])).toBe("- 3\n- true");
    expect(followUpList("Widen")).toBe("- Widen");
    expect(followUpList([{ n: 1 }])).toBe('- {"n":1}');
  });

  it.each([[null], [[]], [[null, "", " ", {}]]])("%j are none", (suggested) => {
    expect(followUpList(suggested)).toBeUndefined();
  });

  it("are twenty, and the rest is counted", () => {
    const many = (length: number) => Array.from({ length }, (_, index) => `f${index}`);
    expect(followUpList(many(20))?.split("\n").at(-1)).toBe("- f19");
    expect(followUpList(many(22))?.split("\n").slice(-2)).toEqual(["- f19", "- … and 2 more"]);
  });

  it("are cut behind 500 characters", () => {
    expect(followUpList(["x".repeat(500)])).toBe(`- ${"x".repeat(500)}`);
    expect(followUpList([`  ${"x".repeat(500)}`])).toBe(`- ${"x".repeat(500)}`);
    expect(followUpList(["x".repeat(501)])).toBe(`- ${"x".repeat(499)}…`);
  });
});
