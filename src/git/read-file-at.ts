import { type ObjectStore, readTree, treeOf } from "./object-store.ts";
import type { FileAtPath, Oid } from "./transport.ts";
import { entryKind, findEntry } from "./tree.ts";

/**
 * Reads the file at `path` in a commit. The mode of every entry on the way is looked at: a symbolic link's content is
 * its target, which must not be taken for a file's.
 */
export async function readFileAt(
  store: Pick<ObjectStore, "read">,
  commit: Oid,
  path: string,
): Promise<FileAtPath> {
  const segments = path.split("/");
  let entries = await readTree(store, await treeOf(store, commit));
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
        entries = await readTree(store, entry.oid);
        break;
      case "file":
        if (!isLast) return { kind: "missing" };
        return { kind: "file", bytes: new Uint8Array(await store.read(entry.oid, "blob")) };
      default:
        return kind satisfies never;
    }
  }
  return { kind: "directory" };
}
