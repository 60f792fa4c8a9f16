import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { objectId } from "../../src/git/pack/git-object.ts";
import { parseTree, serializeTree, type TreeEntry, withEntry } from "../../src/git/tree.ts";
import { GIT_ENV } from "../support/git-repository.ts";

const TREES = 400;

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), "trees-"));
  execFileSync("git", ["init", "--quiet", "--bare", dir], { env: GIT_ENV });
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** Any bytes but those that end a name, in short names, so that some begin like others, as folders sort by that. */
const name = fc
  .uint8Array({ minLength: 1, maxLength: 5, min: 1 })
  .map((bytes) => Buffer.from(bytes.map((byte) => (byte === 0x2f ? 0x30 : byte))))
  .filter((bytes) => ![".", ".."].includes(bytes.toString("latin1")));
const close = fc.constantFrom("a", "a.b", "a0", "a-", "ab", "a.", "b").map((text) => Buffer.from(text));
const entry: fc.Arbitrary<TreeEntry> = fc.record({
  mode: fc.constantFrom("100644", "100755", "120000", "160000", "40000"),
  name: fc.oneof(name, close),
  oid: fc.uint8Array({ minLength: 20, maxLength: 20 }).map((bytes) => Buffer.from(bytes).toString("hex")),
});
const entries = fc.uniqueArray(entry, {
  minLength: 1,
  maxLength: 12,
  selector: (each) => each.name.toString("hex"),
});

/** Ids of the trees git makes of these, in any order, in one process. */
const idsOfGit = (trees: readonly TreeEntry[][]): string[] => {
  const type = (mode: string) => (mode === "40000" ? "tree" : mode === "160000" ? "commit" : "blob");
  const input = trees.flatMap((tree) => [
    ...tree.flatMap((each) => [
      Buffer.from(`${each.mode.padStart(6, "0")} ${type(each.mode)} ${each.oid}\t`),
      each.name,
      Buffer.from([0]),
    ]),
    Buffer.from([0]),
  ]);
  const output = execFileSync("git", ["-C", dir, "mktree", "--batch", "-z", "--missing"], {
    env: GIT_ENV,
    input: Buffer.concat(input),
  });
  return output.toString().trim().split("\n");
};

describe("a tree of any entries, put in one by one", () => {
  it("is the one git makes of them, and is read back as it is", () => {
    const seed = Date.now();
    const trees = fc.sample(entries, { numRuns: TREES, seed });
    const made = trees.map((tree) => tree.reduce<TreeEntry[]>(withEntry, []));

    const ids = made.map((tree) => objectId({ type: "tree", data: serializeTree(tree) }));
    expect(ids, `seed ${seed}`).toEqual(idsOfGit(trees));
    for (const tree of made) expect(parseTree(serializeTree(tree))).toEqual(tree);
  });
});
