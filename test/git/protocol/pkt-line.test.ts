import { AssertionError } from "node:assert/strict";
import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { DELIM, FLUSH, type Pkt, pkt, readPkts } from "../../../src/git/protocol/pkt-line.ts";
import { mutate, mutations, outcomeOf } from "../mutations.ts";

const read = (...parts: (string | Uint8Array)[]) => [
  ...readPkts(Buffer.concat(parts.map((part) => Buffer.from(part as string)))),
];
const refusal = (message: RegExp) =>
  expect.objectContaining({ name: "GitError", kind: "protocol", message: expect.stringMatching(message) });

describe("a packet", () => {
  it.each([
    ["a\n", "0006a\n"],
    ["foobar\n", "000bfoobar\n"],
    ["a", "0005a"],
    ["é", "0006é"],
  ])("of %j is %j", (line, bytes) => {
    // All but the last are the examples of gitprotocol-common(5).
    expect(pkt(line).toString()).toBe(bytes);
  });

  it("has at most 65,516 bytes of data, and at least one", () => {
    expect(pkt(Buffer.alloc(65_516)).toString("latin1", 0, 4)).toBe("fff0");
    expect(() => pkt(Buffer.alloc(65_517))).toThrow(AssertionError);
    expect(() => pkt("")).toThrow(AssertionError);
  });
});

describe("a message", () => {
  it("is read packet by packet, marks included", () => {
    expect(read(pkt("one\n"), DELIM, pkt("two"), FLUSH, "0002")).toEqual([
      { kind: "data", data: Buffer.from("one\n") },
      { kind: "delim" },
      { kind: "data", data: Buffer.from("two") },
      { kind: "flush" },
      { kind: "end" },
    ]);
  });

  it("may have empty packets, the longest there are, and lengths in capitals", () => {
    const longest = Buffer.alloc(65_516, "x");
    expect(read("0004", pkt(longest), "000Cabcdefgh")).toEqual([
      { kind: "data", data: Buffer.alloc(0) },
      { kind: "data", data: longest },
      { kind: "data", data: Buffer.from("abcdefgh") },
    ]);
  });

  it("may be empty", () => {
    expect(read()).toEqual([]);
  });

  it.each([
    ["ends in a length", "00", /cut short/],
    ["ends in a packet", "0006a", /cut short/],
    ["has an over-long packet", `fff1${"x".repeat(65_517)}`, /65521 bytes/],
    ["has a length of other characters", "00g4", /no length/],
    ["has a length with a sign", "+006ab", /no length/],
    ["has a length with a space", " 006ab", /no length/],
    ["is a page for people", "<!DOCTYPE html>", /no length/],
    ["has the reserved length", "0003", /reserved length 3/],
  ])("is refused when it %s, after what came before", (_, bytes, message) => {
    const packets = readPkts(Buffer.concat([pkt("first"), Buffer.from(bytes)]));
    expect(packets.next().value).toEqual({ kind: "data", data: Buffer.from("first") });
    expect(() => packets.next()).toThrow(refusal(message));
  });
});

const packet = fc.oneof(
  { weight: 4, arbitrary: fc.uint8Array({ minLength: 1, maxLength: 80 }).map((bytes) => Buffer.from(bytes)) },
  { weight: 1, arbitrary: fc.constantFrom("flush" as const, "delim" as const, "end" as const) },
);
const messages = fc.array(packet, { maxLength: 20 }).map((packets) => ({
  packets: packets.map(
    (each): Pkt => (typeof each === "string" ? { kind: each } : { kind: "data", data: each }),
  ),
  bytes: Buffer.concat(
    packets.map((each) => {
      if (typeof each !== "string") return pkt(each);
      return { flush: FLUSH, delim: DELIM, end: Buffer.from("0002") }[each];
    }),
  ),
}));

test("any packets are read as they were written", () => {
  fc.assert(
    fc.property(messages, ({ packets, bytes }) => {
      expect([...readPkts(bytes)]).toEqual(packets);
    }),
  );
});

test("a message with any damage is read to its end or refused", async () => {
  const seen = new Set<string>();
  await fc.assert(
    fc.asyncProperty(messages, mutations, async ({ bytes }, changes) => {
      const damaged = mutate(bytes, changes);
      const read = () => {
        const sizes = [...readPkts(damaged)].map((each) => 4 + (each.kind === "data" ? each.data.length : 0));
        expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(damaged.length);
      };
      seen.add(await outcomeOf(read));
    }),
    { numRuns: 3_000 },
  );
  expect([...seen].sort()).toEqual(["protocol", "read"]);
});
