import { GitError, type Oid } from "./transport.ts";
import { parseTree, serializeTree, type TreeEntry } from "./tree.ts";

export type StoredType = "commit" | "tree" | "blob";

/** Where a transport keeps the objects it has fetched, and the ones it has made. Content is without git's header. */
export interface ObjectStore {
  /** @throws GitError `protocol` when the object is not there, or of another type */
  read(oid: Oid, type: StoredType): Promise<Uint8Array>;
  write(type: StoredType, content: Uint8Array): Promise<Oid>;
}

const TREE_OF_COMMIT = /^tree ([0-9a-f]{40})\n/;

/** The first header of a commit names its tree (git-hash-object(1), and commit.c in git). */
export async function treeOf(store: Pick<ObjectStore, "read">, commit: Oid): Promise<Oid> {
  const content = await store.read(commit, "commit");
  const start = Buffer.from(content.buffer, content.byteOffset, Math.min(content.byteLength, 64));
  const [, tree] = TREE_OF_COMMIT.exec(start.toString("latin1")) ?? [];
  if (tree === undefined) throw new GitError("protocol", `commit ${commit} names no tree`);
  return tree;
}

/** As bytes, so that what is not UTF-8 in a name survives. */
export async function readTree(store: Pick<ObjectStore, "read">, oid: Oid): Promise<TreeEntry[]> {
  const content = await store.read(oid, "tree");
  try {
    return parseTree(content);
  } catch (cause) {
    throw new GitError("protocol", `tree ${oid} can't be read`, { cause });
  }
}

export const writeTree = (store: Pick<ObjectStore, "write">, entries: TreeEntry[]): Promise<Oid> =>
  store.write("tree", serializeTree(entries));
