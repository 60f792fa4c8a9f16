import fc from "fast-check";
import { expect, test } from "vitest";
import { objectId } from "../../../src/git/pack/git-object.ts";
import { readPack } from "../../../src/git/pack/read-pack.ts";
import { mutate, mutations, outcomeOf } from "../mutations.ts";
import {
  blob,
  COMMIT,
  copy,
  deltaOf,
  entry,
  insert,
  ofsDelta,
  packOf,
  refDelta,
  signed,
} from "./made-pack.ts";

const TRAILER_BYTES = 20;
const RUNS = { numRuns: 2_000 };

const text = "a text that deltas are made from, ".repeat(3);
const base = blob(text);
const delta = deltaOf(text.length, text.length + 3, copy(0, 40), insert("new"), copy(40, text.length - 40));
const baseId = objectId({ type: "blob", data: Buffer.from(text) });
const pack = packOf([
  refDelta(baseId, deltaOf(text.length, 10, copy(5, 10))),
  base,
  ofsDelta(base.length, delta),
  entry(COMMIT, Buffer.from("tree 0\n")),
  blob(""),
]);

const outcome = (bytes: Buffer) =>
  outcomeOf(async () => {
    for (const [oid, object] of await readPack(bytes)) expect(oid).toBe(objectId(object));
  });

test("a pack with any damage is refused for its checksum or its form", async () => {
  expect(await outcome(pack)).toBe("read");
  await fc.assert(
    fc.asyncProperty(mutations, async (changes) => {
      const changed = mutate(pack, changes);
      fc.pre(!changed.equals(pack));
      expect(await outcome(changed)).not.toBe("read");
    }),
    RUNS,
  );
});

test("a pack with any damage and the right checksum is read or refused", async () => {
  const seen = new Set<string>();
  await fc.assert(
    fc.asyncProperty(mutations, async (changes) => {
      const changed = mutate(pack.subarray(0, -TRAILER_BYTES), changes);
      seen.add(await outcome(signed(changed)));
    }),
    RUNS,
  );
  expect(seen).toContain("protocol");
});

test("a delta with any damage is applied or refused", async () => {
  const seen = new Set<string>();
  await fc.assert(
    fc.asyncProperty(mutations, async (changes) => {
      const changed = mutate(delta, changes);
      seen.add(await outcome(packOf([base, ofsDelta(base.length, changed)])));
    }),
    RUNS,
  );
  expect([...seen]).toEqual(expect.arrayContaining(["protocol", "read"]));
});
