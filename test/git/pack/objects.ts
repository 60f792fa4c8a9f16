import { createHash } from "node:crypto";
import fc from "fast-check";
import { type GitObject, objectId } from "../../../src/git/pack/git-object.ts";
import type { Oid } from "../../../src/git/transport.ts";
import { MODE_DIRECTORY, serializeTree, type TreeEntry, withEntry } from "../../../src/git/tree.ts";

const PERSON = "A Person <person@example.org> 1700000000 +0000";

/** Bytes that neither compress nor repeat: made from a number, because to draw each of them takes long. */
export const noise = (seed: number, length: number): Buffer =>
  createHash("shake256", { outputLength: length }).update(String(seed)).digest();

const content = fc.oneof(
  { weight: 4, arbitrary: fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)) },
  // More than one chunk of the inflater.
  { weight: 1, arbitrary: fc.nat().map((seed) => noise(seed, 70_000 + (seed % 100))) },
);

const blob: fc.Arbitrary<GitObject> = content.map((data) => ({ type: "blob", data }));

/** As strings, which can be compared at once; buffers are compared byte by byte. */
export const comparable = (objects: ReadonlyMap<Oid, GitObject>): Map<Oid, string> =>
  new Map([...objects].map(([oid, { type, data }]) => [oid, `${type} ${data.toString("latin1")}`]));

/** Any bytes git takes for a name: `git fsck --strict` has a list of what it does not, such as `.git` in any spelling. */
const name = fc
  .uint8Array({ minLength: 1, maxLength: 12 })
  .filter((bytes) => !bytes.includes(0) && !bytes.includes(0x2f))
  .map((bytes) => Buffer.concat([Buffer.from("n"), bytes]));

interface Leaf {
  name: Buffer;
  mode: string;
  data: GitObject;
}

const leaf: fc.Arbitrary<Leaf> = fc.record({
  name,
  mode: fc.constantFrom("100644", "100755", "120000"),
  data: blob,
});

/** Blobs, the trees that hold them, the commits of those and a tag: all of it as `git fsck --strict` wants it. */
export const history: fc.Arbitrary<GitObject[]> = fc
  .array(fc.record({ leaves: fc.array(leaf, { maxLength: 8 }), folder: name, message: fc.string() }), {
    minLength: 1,
    maxLength: 4,
  })
  .map((versions) => {
    const objects: GitObject[] = [];
    const add = (object: GitObject) => {
      objects.push(object);
      return objectId(object);
    };
    let parent = "";
    for (const { leaves, folder, message } of versions) {
      const files = leaves.reduce<TreeEntry[]>(
        (entries, { name, mode, data }) => withEntry(entries, { name, mode, oid: add(data) }),
        [],
      );
      const inner = add({ type: "tree", data: serializeTree(files) });
      const outer = withEntry(files, {
        name: Buffer.concat([Buffer.from("folder "), folder]),
        mode: MODE_DIRECTORY,
        oid: inner,
      });
      const tree = add({ type: "tree", data: serializeTree(outer) });
      const text = `tree ${tree}\n${parent}author ${PERSON}\ncommitter ${PERSON}\n\n${message.replaceAll("\0", "")}\n`;
      const commit = add({ type: "commit", data: Buffer.from(text) });
      parent = `parent ${commit}\n`;
    }
    const last = parent.slice("parent ".length);
    add({ type: "tag", data: Buffer.from(`object ${last}type commit\ntag v1\ntagger ${PERSON}\n\nv1\n`) });
    return objects;
  });
