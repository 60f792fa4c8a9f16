import { describe, expect, it } from "vitest";
import { applyDelta } from "../../../src/git/pack/apply-delta.ts";
import { copy, deltaOf, insert } from "./made-pack.ts";

const base = Buffer.from("0123456789");
const apply = (delta: Buffer, bytes_max = 100) => applyDelta(base, delta, bytes_max).toString();
const named = (kind: string, message: RegExp) =>
  expect.objectContaining({ name: "GitError", kind, message: expect.stringMatching(message) });

describe("a delta", () => {
  it("copies ranges of its base and inserts bytes of its own, in any order and more than once", () => {
    const delta = deltaOf(10, 12, copy(6, 4), insert("ab"), copy(0, 3), copy(6, 3));
    expect(apply(delta)).toBe("6789ab012678");
  });

  it("need not say the bytes of a place and a length that are zero", () => {
    // Only the lowest byte of the length; only the lowest byte of the place and of the length.
    expect(apply(deltaOf(10, 6, Buffer.from([0x90, 4]), Buffer.from([0x91, 8, 2])))).toBe("012389");
    const large = Buffer.alloc(0x20304, "abc");
    const second = Buffer.from([0x80 | 0b0010 | 0b0100 | 0b0010_0000, 3, 1, 1]);
    expect(applyDelta(large, deltaOf(large.length, 0x100, second), 0x100)).toEqual(
      large.subarray(0x10300, 0x10400),
    );
  });

  it("copies 65,536 bytes when it names no length", () => {
    const large = Buffer.alloc(70_000, "abc");
    const delta = deltaOf(large.length, 0x10000, Buffer.from([0x81, 5]));
    expect(applyDelta(large, delta, 0x10000)).toEqual(large.subarray(5, 5 + 0x10000));
  });

  it("can make nothing of something", () => {
    expect(apply(deltaOf(10, 0))).toBe("");
  });

  it.each([
    ["for a base of another size", deltaOf(9, 1, insert("a")), /base of another size/],
    ["that makes less than it says", deltaOf(10, 3, insert("ab")), /another size/],
    ["that makes more than it says", deltaOf(10, 3, insert("ab"), insert("cd")), /another size/],
    ["that copies from beyond the end", deltaOf(10, 3, copy(8, 3)), /beyond its base/],
    ["that copies from far beyond the end", deltaOf(10, 3, copy(2 ** 32 - 1, 3)), /beyond its base/],
    ["with the reserved instruction", deltaOf(10, 1, insert("a"), Buffer.from([0])), /reserved/],
    ["cut in a copy", deltaOf(10, 3, Buffer.from([0x91, 1])), /cut short/],
    ["cut in an insertion", deltaOf(10, 3, Buffer.from([3, 65, 66])), /cut short/],
    ["of no bytes", Buffer.alloc(0), /cut short/],
    ["with a size of too many bytes", Buffer.alloc(20, 0xff), /too many bytes/],
  ])("%s is refused", (_, delta, message) => {
    expect(() => apply(delta)).toThrow(named("protocol", message));
  });

  it("is refused by the size it announces, before memory is taken for that", () => {
    expect(() => apply(deltaOf(10, 2 ** 48, insert("a")))).toThrow(named("too_large", /281474976710656/));
    expect(() => apply(deltaOf(10, 101, insert("a")))).toThrow(named("too_large", /at most 100/));
  });
});
