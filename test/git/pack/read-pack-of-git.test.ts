import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readPack } from "../../../src/git/pack/read-pack.ts";
import { writePack } from "../../../src/git/pack/write-pack.ts";
import { createGitProcess, type GitProcess } from "./git-process.ts";
import { comparable, noise } from "./objects.ts";

let repository: GitProcess;
beforeAll(async () => {
  repository = await createGitProcess();
});
afterAll(() => repository.remove());

/** Versions of one file, each made from the one before: what git stores as chains of deltas. */
const versions = fc
  .record({
    start: fc.nat().map((seed) => noise(seed, 2_000 + (seed % 4_000))),
    edits: fc.array(
      fc.record({
        at: fc.nat({ max: 5_999 }),
        cut: fc.nat({ max: 50 }),
        add: fc.uint8Array({ maxLength: 50 }),
      }),
      { minLength: 20, maxLength: 100 },
    ),
  })
  .map(({ start, edits }) => {
    const made = [start];
    for (const { at, cut, add } of edits) {
      const last = made.at(-1) ?? Buffer.alloc(0);
      made.push(Buffer.concat([last.subarray(0, at), add, last.subarray(at + cut)]));
    }
    return made;
  });

describe.each([
  ["by their distance", ["--delta-base-offset"]],
  ["by their id", []],
])("a pack of git's with deltas that name their base %s", (_, options) => {
  it("gives the objects git has", async () => {
    let deltas = 0;
    await fc.assert(
      fc.asyncProperty(versions, async (files) => {
        const blobs = files.map((data) => ({ type: "blob" as const, data }));
        const ids = [...(await readPack(await writePack(blobs))).keys()];
        repository.git(["index-pack", "--stdin"], await writePack(blobs));
        const args = [
          "pack-objects",
          "--stdout",
          "-q",
          "--window=50",
          "--depth=50",
          "--no-reuse-delta",
          ...options,
        ];
        const pack = repository.git(args, Buffer.from(ids.map((id) => `${id}\n`).join("")));
        const whole = blobs.reduce((sum, { data }) => sum + data.length, 0);
        if (pack.length < whole / 4) deltas += 1;
        expect(comparable(await readPack(pack))).toEqual(comparable(repository.objects(ids)));
      }),
      { numRuns: 8 },
    );
    // The bytes are random and do not compress, so a pack this small has deltas.
    expect(deltas).toBeGreaterThan(0);
  });
});
