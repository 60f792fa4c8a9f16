import assert from "node:assert/strict";
import { type ObjectStore, readTree, treeOf, writeTree } from "./object-store.ts";
import { isRepositoryPath } from "./repository-path.ts";
import { type BuiltCommits, GitError, type NewCommit, type Oid } from "./transport.ts";
import {
  type EntryKind,
  entryKind,
  findEntry,
  MODE_DIRECTORY,
  MODE_FILE,
  type TreeEntry,
  withEntry,
} from "./tree.ts";

/** What a commit's author line cannot hold: these end the name, the address or the line. */
const UNSAFE_IN_IDENTITY = /[<>\n\0]/;

/** Writes the objects of a chain of commits into the store. The same input gives the same ids. */
export async function buildCommits(
  store: ObjectStore,
  base: Oid,
  commits: NewCommit[],
): Promise<BuiltCommits> {
  const made: Oid[] = [];
  let tree = await treeOf(store, base);
  for (const commit of commits) {
    for (const file of commit.files) {
      assert(isRepositoryPath(file.path), "the path is not one git accepts");
      tree = await writeFileAt(store, tree, file.path.split("/"), file.bytes);
    }
    made.push(await store.write("commit", serializeCommit(commit, tree, made.at(-1) ?? base)));
  }
  const [first, ...rest] = made;
  assert(first !== undefined, "a chain of commits has at least one");
  return { base, commits: [first, ...rest], head: rest.at(-1) ?? first };
}

/** Gives the id of `tree` with the file at `segments` in it; recursion is as deep as the path, which has a limit. */
async function writeFileAt(
  store: ObjectStore,
  tree: Oid | null,
  segments: string[],
  bytes: Uint8Array,
): Promise<Oid> {
  const [name, ...below] = segments;
  assert(name !== undefined);
  const entries = tree === null ? [] : await readTree(store, tree);
  const present = findEntry(entries, name);
  if (below.length === 0) {
    refuseUnless("file", present, name);
    const oid = await store.write("blob", bytes);
    const entry = { mode: MODE_FILE, name: Buffer.from(name), ...present, oid };
    return writeTree(store, withEntry(entries, entry));
  }
  refuseUnless("directory", present, name);
  const oid = await writeFileAt(store, present?.oid ?? null, below, bytes);
  const entry = { mode: MODE_DIRECTORY, name: Buffer.from(name), ...present, oid };
  return writeTree(store, withEntry(entries, entry));
}

/** Replacing a folder by a file, or writing through a link, would change what is not ours. */
function refuseUnless(wanted: EntryKind, present: TreeEntry | undefined, name: string): void {
  if (present === undefined) return;
  const kind = entryKind(present);
  if (kind !== wanted)
    throw new GitError("unsupported", `"${name}" is a ${kind} where a ${wanted} is needed`);
}

/** As git-commit-tree(1) spells it: headers, an empty line, the message with one newline at its end. */
function serializeCommit(commit: NewCommit, tree: Oid, parent: Oid): Buffer {
  const { name, email } = commit.identity;
  assert(!UNSAFE_IN_IDENTITY.test(name + email), "the identity would break the commit's header");
  assert(Number.isSafeInteger(commit.date_s), "a commit's date is in whole seconds");
  assert(!commit.message.includes("\0"), "a commit's message holds no NUL");
  const who = `${name} <${email}> ${commit.date_s} +0000`;
  const message = commit.message.replaceAll("\r", "").replace(/^\n+/, "").replace(/\n+$/, "");
  const headers = [`tree ${tree}`, `parent ${parent}`, `author ${who}`, `committer ${who}`];
  return Buffer.from(`${headers.join("\n")}\n\n${message}\n`);
}
