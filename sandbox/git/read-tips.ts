import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";

interface PackedRefs {
  /** Changes whenever git writes the file anew. */
  stamp: string;
  tips: Map<string, string>;
}

/** Reads what refs point at without starting git: reading one of 1,000 pull requests has to stay cheap. */
export interface TipReader {
  /** @param ref a full name, such as `refs/heads/main`; null when there is no such ref. */
  read(ref: string): string | null;
}

/**
 * Of a repository in git's `files` format (gitrepository-layout(5)): a ref is a file of its own, or else a line of
 * `packed-refs`. Git writes the line before it removes the file, so looking in this order misses none.
 */
export function createTipReader(dir: string): TipReader {
  let packed: PackedRefs | undefined;

  function packedTips(): Map<string, string> {
    const path = join(dir, "packed-refs");
    const stat = orUndefined(() => statSync(path, { bigint: true }));
    if (!stat) return new Map();
    const stamp = `${stat.mtimeNs}:${stat.size}:${stat.ino}`;
    if (packed?.stamp !== stamp) packed = { stamp, tips: parsePacked(readFileSync(path, "utf8")) };
    return packed.tips;
  }
  return {
    read(ref) {
      const loose = orUndefined(() => readFileSync(join(dir, ref), "utf8"))?.trim();
      return loose !== undefined && isObjectId(loose) ? loose : (packedTips().get(ref) ?? null);
    },
  };
}

const isObjectId = (text: string): boolean => /^[0-9a-f]{40}$/.test(text);

function parsePacked(text: string): Map<string, string> {
  const tips = new Map<string, string>();
  for (const line of text.split("\n")) {
    const [oid = "", ref] = line.split(" ");
    if (ref && isObjectId(oid)) tips.set(ref, oid);
  }
  return tips;
}

/** Not there, or a folder where a file would be (`refs/heads/a` beside `refs/heads/a/b`). */
function orUndefined<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "EISDIR" || code === "ENOTDIR" || code === "ENAMETOOLONG")
      return undefined;
    throw error;
  }
}
