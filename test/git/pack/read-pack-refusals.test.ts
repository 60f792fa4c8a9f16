import { deflateSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { objectId } from "../../../src/git/pack/git-object.ts";
import { readPack } from "../../../src/git/pack/read-pack.ts";
import {
  BLOB,
  blob,
  copy,
  deltaOf,
  entry,
  head,
  insert,
  ofsDelta,
  packOf,
  REF_DELTA,
  refDelta,
  signed,
} from "./made-pack.ts";

const LIMITS = { objects_max: 20_000, object_bytes_max: 1_000, total_bytes_max: 2_000_000 };
const idOf = (text: string) => objectId({ type: "blob", data: Buffer.from(text) });
const named = (kind: string, message: RegExp) => ({
  name: "GitError",
  kind,
  message: expect.stringMatching(message),
});

/** Makes `<text>+` of any text of this length. */
const plus = (length: number) => deltaOf(length, length + 1, copy(0, length), insert("+"));

describe("what is not a pack", () => {
  const good = packOf([blob("one")]);
  const version3 = Buffer.from(good);
  version3.writeUInt32BE(3, 4);
  const zlib = (text: string) => deflateSync(Buffer.from(text));
  const overLong = Buffer.concat([
    Buffer.from([0xb3]),
    Buffer.alloc(12, 0x80),
    Buffer.from([0]),
    zlib("one"),
  ]);
  const withDictionary = deflateSync(Buffer.from("hello hello"), { dictionary: Buffer.from("hello") });

  it.each([
    ["nothing", Buffer.alloc(0), /cut short/],
    ["less than a head and a checksum", good.subarray(0, 31), /cut short/],
    ["something else", signed(Buffer.from("LOCK\0\0\0\x02\0\0\0\0")), /not a pack/],
    ["a pack of another version", signed(version3.subarray(0, -20)), /version 2/],
    ["a pack with a wrong checksum", Buffer.concat([good.subarray(0, -1), Buffer.from([1])]), /checksum/],
    ["a pack without its end", good.subarray(0, -1), /checksum/],
    ["a pack of fewer objects than it says", packOf([blob("one")], 2), /cut short/],
    ["a pack of more objects than it says", packOf([blob("one"), blob("two")], 1), /goes on/],
    ["a pack with bytes behind its objects", packOf([blob("one"), Buffer.from([0])], 1), /goes on/],
    ["an entry of type 0", packOf([entry(0, Buffer.from("one"))]), /unknown type 0/],
    ["an entry of type 5", packOf([entry(5, Buffer.from("one"))]), /unknown type 5/],
    ["an entry with a size of too many bytes", packOf([overLong]), /too many bytes/],
    ["an entry smaller than it says", packOf([Buffer.concat([head(BLOB, 4), zlib("one")])]), /another size/],
    ["an entry larger than it says", packOf([Buffer.concat([head(BLOB, 2), zlib("one")])]), /another size/],
    ["an entry that should be empty", packOf([Buffer.concat([head(BLOB, 0), zlib("o")])]), /another size/],
    ["an entry that is not compressed", packOf([Buffer.concat([head(BLOB, 3), Buffer.from("one")])]), /zlib/],
    ["an entry cut in its data", packOf([blob("one").subarray(0, -3)]), /zlib/],
    ["an entry with a dictionary", packOf([Buffer.concat([head(BLOB, 11), withDictionary])]), /zlib/],
    ["a delta without its base", packOf([refDelta(idOf("one"), plus(3))]), /without its base/],
    ["a delta that is its own base", packOf([ofsDelta(0, plus(3))]), /without its base/],
    ["a delta from before the pack", packOf([ofsDelta(1_000_000, plus(3))]), /without its base/],
    ["a delta from inside an entry", packOf([blob("one"), ofsDelta(3, plus(3))]), /without its base/],
    ["a delta cut in its base's id", packOf([Buffer.from([(REF_DELTA << 4) | 3, 1, 2])]), /cut short/],
    [
      "two deltas from ids nobody has",
      packOf([refDelta("1".repeat(40), plus(3)), refDelta("2".repeat(40), plus(3))]),
      /without its base/,
    ],
  ])("is refused: %s", async (_, pack, message) => {
    await expect(readPack(pack)).rejects.toMatchObject(named("protocol", message));
  });
});

describe("a pack above a limit", () => {
  it.each([
    ["its count of objects", packOf([], 20_001), /20001 objects/],
    [
      "the size an object says it has",
      packOf([Buffer.concat([head(BLOB, 1_001), Buffer.alloc(9)])]),
      /1001 bytes/,
    ],
    ["the size a delta says it has", packOf([refDelta(idOf("one"), Buffer.alloc(1_001))]), /1001 bytes/],
    [
      "the size of what a delta makes",
      packOf([blob("one"), refDelta(idOf("one"), deltaOf(3, 1_001))]),
      /1001 bytes/,
    ],
  ])("is refused for %s", async (_, pack, message) => {
    await expect(readPack(pack, LIMITS)).rejects.toMatchObject(named("too_large", message));
  });

  it("is refused for all it holds together, deltas and what they make included", async () => {
    const [first, second] = [plus(3), plus(4)];
    const pack = packOf([blob("one"), refDelta(idOf("one"), first), refDelta(idOf("one+"), second)]);
    const total_bytes_max = "one".length + first.length + second.length + "one+".length + "one++".length;
    expect((await readPack(pack, { ...LIMITS, total_bytes_max })).size).toBe(3);
    const oneLess = readPack(pack, { ...LIMITS, total_bytes_max: total_bytes_max - 1 });
    await expect(oneLess).rejects.toMatchObject(named("too_large", /5 bytes, at most 4 fit/));
  });

  it("is refused before an entry has inflated to more than it says", async () => {
    // The stream is broken behind its first megabytes: who went on to inflate it would complain about that.
    const stream = deflateSync(Buffer.alloc(50_000_000));
    const bomb = Buffer.concat([
      head(BLOB, 100),
      stream.subarray(0, stream.length / 2),
      Buffer.alloc(100, 0xff),
    ]);
    await expect(readPack(packOf([bomb]))).rejects.toMatchObject(named("protocol", /another size/));
  });
});
