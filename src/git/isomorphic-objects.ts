import assert from "node:assert/strict";
import * as git from "isomorphic-git";
import type { LocalRepository } from "./isomorphic-repository.ts";
import { isRepositoryPath } from "./repository-path.ts";
import type { BuiltCommits, FileAtPath, NewCommit, Oid } from "./transport.ts";
import { GitError } from "./transport.ts";
import {
  type EntryKind,
  entryKind,
  findEntry,
  MODE_DIRECTORY,
  MODE_FILE,
  parseTree,
  serializeTree,
  type TreeEntry,
  withEntry,
} from "./tree.ts";

/** What a commit's author line cannot hold: these end the name, the address or the line. */
const UNSAFE_IN_IDENTITY = /[<>\n\0]/;

/**
 * Reads the file at `path` in a fetched commit. isomorphic-git's own `readBlob` answers a symbolic link with
 * its target as if that were the content, so the mode of every entry on the way is looked at here.
 */
export async function readFileAt(
  repository: LocalRepository,
  commit: Oid,
  path: string,
): Promise<FileAtPath> {
  const segments = path.split("/");
  let entries = await readTree(repository, await treeOf(repository, commit));
  for (const [depth, segment] of segments.entries()) {
    const entry = findEntry(entries, segment);
    if (entry === undefined) return { kind: "missing" };
    const kind = entryKind(entry);
    const isLast = depth === segments.length - 1;
    switch (kind) {
      case "symlink":
      case "submodule":
        return { kind, path: segments.slice(0, depth + 1).join("/") };
      case "directory":
        if (isLast) return { kind: "directory" };
        entries = await readTree(repository, entry.oid);
        break;
      case "file":
        if (!isLast) return { kind: "missing" };
        return { kind: "file", bytes: new Uint8Array(await readRaw(repository, entry.oid, "blob")) };
      default:
        return kind satisfies never;
    }
  }
  return { kind: "directory" };
}

/** Writes the objects of a chain of commits into the local repository. The same input gives the same ids. */
export async function buildCommits(
  repository: LocalRepository,
  base: Oid,
  commits: NewCommit[],
): Promise<BuiltCommits> {
  const made: Oid[] = [];
  let tree = await treeOf(repository, base);
  for (const commit of commits) {
    for (const file of commit.files) {
      assert(isRepositoryPath(file.path), "the path is not one git accepts");
      tree = await writeFileAt(repository, tree, file.path.split("/"), file.bytes);
    }
    made.push(await writeCommit(repository, { commit, tree, parent: made.at(-1) ?? base }));
  }
  const [first, ...rest] = made;
  assert(first !== undefined, "a chain of commits has at least one");
  return { base, commits: [first, ...rest], head: rest.at(-1) ?? first };
}

/** Gives the id of `tree` with the file at `segments` in it; recursion is as deep as the path, which has a limit. */
async function writeFileAt(
  repository: LocalRepository,
  tree: Oid | null,
  segments: string[],
  bytes: Uint8Array,
): Promise<Oid> {
  const [name, ...below] = segments;
  assert(name !== undefined);
  const entries = tree === null ? [] : await readTree(repository, tree);
  const present = findEntry(entries, name);
  if (below.length === 0) {
    refuseUnless("file", present, name);
    const oid = await git.writeBlob({ ...repository, blob: bytes });
    return writeTree(
      repository,
      withEntry(entries, { mode: MODE_FILE, name: Buffer.from(name), ...present, oid }),
    );
  }
  refuseUnless("directory", present, name);
  const oid = await writeFileAt(repository, present?.oid ?? null, below, bytes);
  return writeTree(
    repository,
    withEntry(entries, { mode: MODE_DIRECTORY, name: Buffer.from(name), ...present, oid }),
  );
}

/** Replacing a folder by a file, or writing through a link, would change what is not ours. */
function refuseUnless(wanted: EntryKind, present: TreeEntry | undefined, name: string): void {
  if (present === undefined) return;
  const kind = entryKind(present);
  if (kind !== wanted)
    throw new GitError("unsupported", `"${name}" is a ${kind} where a ${wanted} is needed`);
}

async function writeCommit(
  repository: LocalRepository,
  { commit, tree, parent }: { commit: NewCommit; tree: Oid; parent: Oid },
): Promise<Oid> {
  const { name, email } = commit.identity;
  assert(!UNSAFE_IN_IDENTITY.test(name + email), "the identity would break the commit's header");
  assert(Number.isSafeInteger(commit.date_s), "a commit's date is in whole seconds");
  const who = { name, email, timestamp: commit.date_s, timezoneOffset: 0 };
  return git.writeCommit({
    ...repository,
    commit: { message: commit.message, tree, parent: [parent], author: who, committer: who },
  });
}

async function treeOf(repository: LocalRepository, commit: Oid): Promise<Oid> {
  return (await git.readCommit({ ...repository, oid: commit })).commit.tree;
}

async function readTree(repository: LocalRepository, oid: Oid): Promise<TreeEntry[]> {
  return parseTree(await readRaw(repository, oid, "tree"));
}

/** As bytes: isomorphic-git's own trees lose what is not UTF-8 in a name. */
async function writeTree(repository: LocalRepository, entries: TreeEntry[]): Promise<Oid> {
  return git.writeObject({ ...repository, type: "tree", object: serializeTree(entries), format: "content" });
}

async function readRaw(repository: LocalRepository, oid: Oid, type: "tree" | "blob"): Promise<Uint8Array> {
  const found = await git.readObject({ ...repository, oid, format: "content" });
  if (found.type !== type || !(found.object instanceof Uint8Array)) {
    throw new GitError("protocol", `object ${oid} is not the ${type} its tree says it is`);
  }
  return found.object;
}
