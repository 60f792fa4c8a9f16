import type { Oid } from "./transport.ts";

/**
 * Git's tree objects, as bytes: `<mode> <name>\0<20 bytes of id>` again and again. Names are kept as bytes and
 * modes as they are spelled, so that an entry which is not ours survives a rewrite unchanged, valid or not
 * (git's own format page calls names a sequence of bytes: gitformat-index(5), fsck.c).
 */
export interface TreeEntry {
  /** As spelled in the tree, such as `100644` or `40000`. */
  mode: string;
  name: Buffer;
  oid: Oid;
}

export type EntryKind = "file" | "directory" | "symlink" | "submodule";

export const MODE_FILE = "100644";
export const MODE_DIRECTORY = "40000";

const OID_BYTES = 20;
const FILE_TYPE_MASK = 0o170000;

export function entryKind(entry: TreeEntry): EntryKind {
  switch (Number.parseInt(entry.mode, 8) & FILE_TYPE_MASK) {
    case 0o040000:
      return "directory";
    case 0o120000:
      return "symlink";
    case 0o160000:
      return "submodule";
    default:
      return "file";
  }
}

/** @throws RangeError when the bytes are not a tree. */
export function parseTree(bytes: Uint8Array): TreeEntry[] {
  const tree = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const entries: TreeEntry[] = [];
  let at = 0;
  while (at < tree.length) {
    const space = tree.indexOf(" ", at);
    const nul = tree.indexOf(0, space);
    const end = nul + 1 + OID_BYTES;
    if (space < 0 || nul < 0 || end > tree.length) throw new RangeError("not a git tree");
    entries.push({
      mode: tree.toString("latin1", at, space),
      name: tree.subarray(space + 1, nul),
      oid: tree.toString("hex", nul + 1, end),
    });
    at = end;
  }
  return entries;
}

export function serializeTree(entries: TreeEntry[]): Buffer {
  return Buffer.concat(
    entries.flatMap(({ mode, name, oid }) => [
      Buffer.from(`${mode} `, "latin1"),
      name,
      Buffer.from([0]),
      Buffer.from(oid, "hex"),
    ]),
  );
}

export function findEntry(entries: TreeEntry[], name: string): TreeEntry | undefined {
  const bytes = Buffer.from(name);
  return entries.find((entry) => entry.name.equals(bytes));
}

/** The entries with `entry` in the place of the one of its name, or else where git's order wants it. */
export function withEntry(entries: TreeEntry[], entry: TreeEntry): TreeEntry[] {
  const same = entries.findIndex((other) => other.name.equals(entry.name));
  if (same >= 0) return entries.with(same, entry);
  const after = entries.findIndex((other) => Buffer.compare(sortKey(other), sortKey(entry)) > 0);
  return entries.toSpliced(after < 0 ? entries.length : after, 0, entry);
}

/** Git sorts a directory as if its name ended in a slash. */
function sortKey(entry: TreeEntry): Buffer {
  return entryKind(entry) === "directory" ? Buffer.concat([entry.name, Buffer.from("/")]) : entry.name;
}
