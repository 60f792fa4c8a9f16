import { describe, expect, it } from "vitest";
import { redactTexts } from "../../../src/proposals/pr-text/redact-texts.ts";

const redact = (text: string) => text.replaceAll("hush", "[redacted]");

describe("redactTexts", () => {
  it("finds texts at every depth, names of members included, and leaves the rest as it is", () => {
    const at = new Date("2026-11-22T12:00:00Z");
    const bytes = new Uint8Array([1, 2]);
    const value = {
      name: "say hush",
      list: ["hush", 1, null, { hush: true }],
      at,
      bytes,
      missing: undefined,
      number: 0.5,
    };
    expect(redactTexts(value, redact)).toEqual({
      name: "say [redacted]",
      list: ["[redacted]", 1, null, { "[redacted]": true }],
      at,
      bytes,
      missing: undefined,
      number: 0.5,
    });
    expect(value.name, "the value itself is not changed").toBe("say hush");
  });

  it("takes a text, null and a member called __proto__", () => {
    expect(redactTexts("hush", redact)).toBe("[redacted]");
    expect(redactTexts(null, redact)).toBeNull();
    const parsed = JSON.parse('{"__proto__": "hush"}');
    expect(JSON.stringify(redactTexts(parsed, redact))).toBe('{"__proto__":"[redacted]"}');
  });
});
