import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type GitObject, objectId } from "../../../src/git/pack/git-object.ts";
import { readPack } from "../../../src/git/pack/read-pack.ts";
import { writePack } from "../../../src/git/pack/write-pack.ts";
import { createGitProcess, type GitProcess } from "./git-process.ts";
import { comparable, history } from "./objects.ts";

let repository: GitProcess;
beforeAll(async () => {
  repository = await createGitProcess();
});
afterAll(() => repository.remove());

const byId = (objects: readonly GitObject[]) => new Map(objects.map((object) => [objectId(object), object]));

describe("a pack that was written", () => {
  it("holds the same ids and bytes for git, which finds nothing wrong with it", async () => {
    await fc.assert(
      fc.asyncProperty(history, async (objects) => {
        const wanted = byId(objects);
        repository.git(
          ["index-pack", "--stdin", "--strict", "--check-self-contained-and-connected"],
          await writePack(objects),
        );
        expect(comparable(repository.objects(wanted.keys()))).toEqual(comparable(wanted));
      }),
      { numRuns: 12 },
    );
    expect(repository.git(["fsck", "--strict", "--no-dangling"]).toString()).toBe("");
  });

  it("can be read back", async () => {
    await fc.assert(
      fc.asyncProperty(history, async (objects) => {
        expect(comparable(await readPack(await writePack(objects)))).toEqual(comparable(byId(objects)));
      }),
    );
  });

  it("unpacks with git whatever the sizes of its objects", async () => {
    // Around each length at which the size of an entry takes one byte more.
    const sizes = [0, 1, 15, 16, 17, 2_047, 2_048, 2_049, 262_143, 262_144, 3_000_000];
    const objects = sizes.map((size): GitObject => ({ type: "blob", data: Buffer.alloc(size, `${size} `) }));
    const wanted = byId(objects);
    repository.git(["unpack-objects", "-q", "--strict"], await writePack(objects));
    expect(comparable(repository.objects(wanted.keys()))).toEqual(comparable(wanted));
  });

  it("has an object once, however often it was given", async () => {
    const object: GitObject = { type: "blob", data: Buffer.from("twice") };
    const pack = await writePack([object, { ...object }]);
    expect(pack.readUInt32BE(8)).toBe(1);
    repository.git(["index-pack", "--stdin", "--strict"], pack);
  });

  it("may be empty", async () => {
    repository.git(["unpack-objects", "-q"], await writePack([]));
  });
});
