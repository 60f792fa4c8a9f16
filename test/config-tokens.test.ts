import { describe, expect, it } from "vitest";
import { API_SCOPES, parseApiTokens } from "../src/config-tokens.ts";

const A = "a".repeat(32);
const B = "b".repeat(40);

describe("INTERNAL_API_TOKENS", () => {
  it("is empty when nothing is set", () => {
    for (const text of [undefined, "", " , "]) {
      expect(parseApiTokens(text)).toEqual({ tokens: [], problems: [] });
    }
  });

  it("takes a bare secret for a token of every scope, named by its place", () => {
    expect(parseApiTokens(`${A}, ${B}`)).toEqual({
      tokens: [
        { name: "token-1", scopes: API_SCOPES, secret: A },
        { name: "token-2", scopes: API_SCOPES, secret: B },
      ],
      problems: [],
    });
  });

  it("gives a named token the scopes it lists and no others", () => {
    expect(parseApiTokens(`proposals.ui:read+write:${A},prometheus:metrics:${B}`).tokens).toEqual([
      { name: "proposals.ui", scopes: ["read", "write"], secret: A },
      { name: "prometheus", scopes: ["metrics"], secret: B },
    ]);
  });

  it("passes over an empty entry and goes on counting", () => {
    expect(parseApiTokens(`,${A},`).tokens.map(({ name }) => name)).toEqual(["token-2"]);
  });

  it.each([
    ["a secret of 31 characters", "s".repeat(31), /entry 1: the secret must have at least 32 characters/],
    ["a short secret behind a name", `${A},ui:read:short`, /entry 2: the secret must have at least 32/],
    ["two parts", `ui:${A}`, /entry 1: must be a secret, or name:scope\+scope:secret/],
    ["a secret with a colon", `ui:read:${A}:x`, /entry 1: must be a secret, or name:scope\+scope:secret/],
    [
      "the name commands act under",
      `github:read:${A}`,
      /entry 1: the name github is for commands in comments/,
    ],
    ["a scope that is none", `ui:read+admin:${A}`, /entry 1: scopes are read, write, metrics/],
    ["no scope", `ui::${A}`, /entry 1: scopes are read, write, metrics/],
    ["a name with a space", `the ui:read:${A}`, /entry 1: the name must be 1 to 40/],
    ["no name", `:read:${A}`, /entry 1: the name must be 1 to 40/],
    ["a name of 41 characters", `${"n".repeat(41)}:read:${A}`, /entry 1: the name must be 1 to 40/],
    ["a name twice", `ui:read:${A},ui:write:${B}`, /names a token twice/],
    ["a name that a bare secret has by its place", `${A},token-1:read:${B}`, /names a token twice/],
    ["a secret twice", `ui:read:${A},${A}`, /holds the same secret twice/],
  ])("refuses %s", (_what, text, problem) => {
    expect(parseApiTokens(text).problems).toEqual([expect.stringMatching(problem)]);
  });

  it("tells of every bad entry, by its place and never by its secret", () => {
    const { problems } = parseApiTokens(`hush-1,ui:nothing:hush-2,${A},a:b:c:hush-3`);
    expect(problems).toHaveLength(4);
    expect(problems.join()).toMatch(/entry 1.*entry 2.*entry 2.*entry 4/s);
    expect(problems.join()).not.toMatch(/hush|nothing/);
  });

  it("holds at most 50 entries", () => {
    const entries = (count: number) =>
      Array.from({ length: count }, (_, index) => `${index}`.padStart(32, "0"));
    expect(parseApiTokens(entries(50).join()).problems).toEqual([]);
    expect(parseApiTokens(entries(51).join()).problems).toEqual([
      "INTERNAL_API_TOKENS holds more than 50 entries",
    ]);
  });
});
