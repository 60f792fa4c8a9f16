import { runGit } from "./run-git.ts";

/** GitHub's own limit for one pull request. */
const FILES_MAX = 3_000;
/** Longer patches are left out, as GitHub does. */
const PATCH_CHARS_MAX = 1_000_000;

export interface ChangedFile {
  path: string;
  status: "added" | "removed" | "modified" | "changed";
  /** Blob id after the change; before it for a removed file. */
  oid: string;
  additions: number;
  deletions: number;
  /** Unified diff from its first `@@` on; undefined for binary files. */
  patch: string | undefined;
}

/** @param range as git-diff(1) takes it. Renames show as one file removed and one added. */
export async function readChanges(dir: string, range: readonly string[]): Promise<ChangedFile[]> {
  const [raw, numbers, text] = await Promise.all([
    runGit(dir, ["diff", "--raw", "-z", "--no-abbrev", "--no-renames", ...range]),
    runGit(dir, ["diff", "--numstat", "-z", "--no-renames", ...range]),
    runGit(dir, ["diff", "--patch", "--no-color", "--no-renames", ...range]),
  ]);
  const counts = parseNumstat(numbers.toString());
  // A line of a patch starts with a space, +, - or \, so this one only ever starts a file's part.
  const patches = text
    .toString()
    .split(/^diff --git /m)
    .slice(1);
  return parseRaw(raw.toString())
    .slice(0, FILES_MAX)
    .map((file, index) => ({
      ...file,
      additions: counts.get(file.path)?.additions ?? 0,
      deletions: counts.get(file.path)?.deletions ?? 0,
      patch: hunks(patches[index] ?? ""),
    }));
}

const STATUSES: Record<string, ChangedFile["status"]> = {
  A: "added",
  D: "removed",
  M: "modified",
  T: "changed",
};

function parseRaw(text: string): Pick<ChangedFile, "path" | "status" | "oid">[] {
  const fields = text.split("\0");
  const files: Pick<ChangedFile, "path" | "status" | "oid">[] = [];
  for (let at = 0; at + 1 < fields.length; at += 2) {
    const [, , before = "", after = "", letter = ""] = (fields[at] ?? "").split(" ");
    const status = STATUSES[letter[0] ?? ""] ?? "modified";
    files.push({ path: fields[at + 1] ?? "", status, oid: status === "removed" ? before : after });
  }
  return files;
}

function parseNumstat(text: string): Map<string, { additions: number; deletions: number }> {
  const counts = new Map<string, { additions: number; deletions: number }>();
  for (const line of text.split("\0")) {
    const [additions, deletions, path] = line.split("\t");
    // Binary files have dashes instead of numbers.
    if (path) counts.set(path, { additions: Number(additions) || 0, deletions: Number(deletions) || 0 });
  }
  return counts;
}

function hunks(part: string): string | undefined {
  const start = part.search(/^@@ /m);
  if (start < 0 || part.length > PATCH_CHARS_MAX) return undefined;
  return part.slice(start).replace(/\n$/, "");
}
