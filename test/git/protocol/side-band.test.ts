import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { DELIM, FLUSH, pkt, readPkts } from "../../../src/git/protocol/pkt-line.ts";
import { readSideBand } from "../../../src/git/protocol/side-band.ts";
import { mutate, mutations, outcomeOf } from "../mutations.ts";

const band = (number: number, content: string | Uint8Array) =>
  pkt(Buffer.concat([Buffer.from([number]), Buffer.from(content as string)]));
const read = (...packets: Buffer[]) => readSideBand(readPkts(Buffer.concat(packets)));
const refusal = (message: string | RegExp) =>
  expect.objectContaining({
    name: "GitError",
    kind: "protocol",
    message: typeof message === "string" ? message : expect.stringMatching(message),
  });

describe("an answer on bands", () => {
  it("is its data, in one piece, and what it says to people", () => {
    const answer = read(
      band(1, "PA"),
      band(2, "hello\n"),
      band(1, ""),
      band(1, "CK"),
      band(2, "bye\n"),
      FLUSH,
    );
    expect(answer).toEqual({ data: Buffer.from("PACK"), remarks: "hello\nbye" });
  });

  it("ends with the first flush packet", () => {
    expect(read(band(1, "a"), FLUSH, band(1, "b"), band(3, "c"))).toEqual({
      data: Buffer.from("a"),
      remarks: "",
    });
  });

  it("may be empty", () => {
    expect(read(FLUSH)).toEqual({ data: Buffer.alloc(0), remarks: "" });
  });

  it("may say a character or a line in two packets", () => {
    const [first, second] = [Buffer.from("GH006: geschü").subarray(0, -1), Buffer.from("ü").subarray(1)];
    expect(read(band(2, first), band(2, second), band(2, "tzt\n"), FLUSH).remarks).toBe("GH006: geschützt");
  });

  it("says nothing that turns a terminal or a page upside down", () => {
    expect(read(band(2, "\x1b[31mno\x1b[0m\r\n\n\u202eyes\0\n"), FLUSH).remarks).toBe("no\nyes");
  });

  it("keeps the first 2,000 characters of what it says, and all of its data", () => {
    const wide = band(2, "€".repeat(900));
    const { data, remarks } = read(wide, band(1, "data"), wide, wide, wide, band(1, " and more"), FLUSH);
    expect(remarks).toBe("€".repeat(2_000));
    expect(data.toString()).toBe("data and more");
  });

  it("is refused with the server's own words when the server gives up", () => {
    expect(() => read(band(1, "PACK"), band(3, "\x1b[1mout of\0 memory\n"), FLUSH)).toThrow(
      refusal("the remote gave up: out of memory"),
    );
    expect(() => read(band(3, "x".repeat(10_000)), FLUSH)).toThrow(
      refusal(`the remote gave up: ${"x".repeat(500)}`),
    );
  });

  it.each([
    ["has no end", [band(1, "PACK")], /no end/],
    ["has another mark in it", [band(1, "PACK"), DELIM, FLUSH], /delim packet/],
    ["has a band nobody knows", [band(4, "PACK"), FLUSH], /band that is known/],
    ["has a packet without a band", [Buffer.from("0004"), FLUSH], /band that is known/],
    ["is not one", [pkt("ERR no such repository\n"), FLUSH], /band that is known/],
  ])("is refused when it %s", (_, packets, message) => {
    expect(() => read(...packets)).toThrow(refusal(message));
  });
});

const packets = fc.array(
  fc.record({ number: fc.constantFrom(1, 1, 2), content: fc.uint8Array({ maxLength: 60 }) }),
  { maxLength: 12 },
);

test("however it is cut into packets, the data arrives whole", () => {
  fc.assert(
    fc.property(packets, (all) => {
      const data = all.filter(({ number }) => number === 1).map(({ content }) => content);
      const answer = read(...all.map(({ number, content }) => band(number, content)), FLUSH);
      expect(answer.data).toEqual(Buffer.concat(data));
    }),
  );
});

test("an answer with any damage is read or refused", async () => {
  const seen = new Set<string>();
  await fc.assert(
    fc.asyncProperty(packets, mutations, async (all, changes) => {
      const answer = Buffer.concat([...all.map(({ number, content }) => band(number, content)), FLUSH]);
      seen.add(await outcomeOf(() => readSideBand(readPkts(mutate(answer, changes)))));
    }),
    { numRuns: 3_000 },
  );
  expect([...seen].sort()).toEqual(["protocol", "read"]);
});
