import { randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import { findLeaks } from "../../torture/leaks/find-leaks.ts";
import { leaksPart } from "../../torture/leaks/leaks-part.ts";
import { plantLeaks } from "../../torture/leaks/plant-leaks.ts";
import type { Secret } from "../../torture/leaks/secret.ts";
import type { Surface } from "../../torture/leaks/surface.ts";
import { runShort, seed } from "./trial.ts";

const TIMEOUT_MS = 180_000;

/** A surface that shows these texts, and what is planted. */
const surfaceOf = (name: string, texts: Record<string, string>, shownOn: string[] = []): Surface => {
  const seen = { ...texts };
  return {
    name,
    async *read() {
      for (const [place, text] of Object.entries(seen)) yield { place, bytes: Buffer.from(text) };
    },
    plant: async (text) => {
      seen.planted = `before ${text} after`;
      return "planted";
    },
    shownOn,
  };
};
const search = async (texts: Record<string, string>, secret: Secret) =>
  (await findLeaks([surfaceOf("notes", texts)], [secret])).leaks;
const aSecret = (value = randomBytes(20).toString("hex")): Secret => ({ kind: "the key", parts: [value] });
const textOf = ({ parts }: Secret): string => parts[0] ?? "";

describe(`a service whose secrets are canaries, after what goes wrong with seed ${seed}`, () => {
  it(
    "shows none of them anywhere, and one planted on each surface is found there",
    async () => {
      const { figures } = await runShort(leaksPart);
      for (const [words, figure] of Object.entries(figures)) expect(figure, words).toBeGreaterThan(0);
      expect(figures["planted leaks found"]).toBe(figures["surfaces searched"]);
    },
    TIMEOUT_MS,
  );
});

describe("the search", () => {
  const spellings: [string, (value: string) => string][] = [
    ["as it is", (value) => value],
    ["in JSON", (value) => JSON.stringify({ value })],
    ["in JSON in JSON", (value) => JSON.stringify(JSON.stringify({ value }))],
    ["percent-encoded", (value) => encodeURIComponent(value)],
    [
      "percent-encoded in lower case",
      (value) => encodeURIComponent(value).replace(/%../g, (code) => code.toLowerCase()),
    ],
    ["in hex", (value) => Buffer.from(value).toString("hex")],
    ["in upper-case hex", (value) => Buffer.from(value).toString("hex").toUpperCase()],
    ...[0, 1, 2].flatMap((before): [string, (value: string) => string][] => [
      [
        `base64, offset ${before}`,
        (value) => Buffer.from(`${"x".repeat(before)}${value}/`).toString("base64"),
      ],
      [
        `base64url, offset ${before}`,
        (value) => Buffer.from(`${"x".repeat(before)}${value}/`).toString("base64url"),
      ],
    ]),
  ];

  it.each(spellings)("finds a secret written %s", async (_form, write) => {
    const secret = aSecret(`${randomBytes(12).toString("hex")}"\\/+ ÿþ~?>${randomBytes(12).toString("hex")}`);
    const text = `before ${write(textOf(secret))} after`;
    expect(await search({ "line 7": text }, secret)).toMatchObject([{ surface: "notes", place: "line 7" }]);
  });

  it("finds any 31 characters of one, and says how they were written", async () => {
    const secret = aSecret();
    for (let from = 0; from + 31 <= textOf(secret).length; from++) {
      const cut = textOf(secret).slice(from, from + 31);
      expect(await search({ cut: `${cut}…` }, secret), cut).toMatchObject([{ form: "as it is" }]);
    }
  });

  it("finds it at the very beginning and at the very end, and nothing in what is like it", async () => {
    const secret = aSecret();
    const value = textOf(secret);
    const other = [...value].reverse().join("");
    const leaks = await search({ whole: value, end: `x${value}`, other, none: "" }, secret);
    expect(leaks.map(({ place }) => place)).toEqual(["whole", "end"]);
  });

  it("lets a secret be where it may, and only there", async () => {
    const secret = { ...aSecret(), mayStandIn: (_surface: string, place: string) => place === "mine" };
    const leaks = await search({ mine: textOf(secret), yours: textOf(secret) }, secret);
    expect(leaks.map(({ place }) => place)).toEqual(["yours"]);
  });

  it("shows what stood before a secret, and nothing of a secret, in the place neither", async () => {
    const [one, two] = [aSecret(), aSecret()];
    const texts = { [`/${textOf(one)}`]: `password=${textOf(one)}&key=${textOf(two)}` };
    const { leaks } = await findLeaks([surfaceOf("notes", texts)], [one, two]);
    expect(leaks.map(({ place, before }) => ({ place, before }))).toEqual([
      { place: `/${"*".repeat(40)}`, before: "password=" },
      { place: `/${"*".repeat(40)}`, before: `password=${"*".repeat(40)}&key=` },
    ]);
  });
});

describe("the planting", () => {
  const good = surfaceOf("good", {});

  it("is content when each leak is found where it was planted", async () => {
    expect(await plantLeaks([good, surfaceOf("other", {})])).toEqual({ found: 2, problems: [] });
  });

  it("says so when a surface is read in part", async () => {
    const blind: Surface = { ...surfaceOf("blind", {}), read: () => surfaceOf("blind", { a: "b" }).read() };
    const { found, problems } = await plantLeaks([good, blind]);
    expect(found).toBe(1);
    expect(problems).toEqual([
      "what was planted on blind has to be found on blind, at planted; it was found on: nothing",
    ]);
  });

  it("says so when a leak is found at another place, or on a surface that does not show it", async () => {
    const lost: Surface = { ...surfaceOf("lost", {}), plant: good.plant };
    const { problems } = await plantLeaks([lost]);
    expect(problems).toHaveLength(1);
  });
});
