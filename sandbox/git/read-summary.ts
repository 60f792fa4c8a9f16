import { runGit } from "./run-git.ts";

/** What changed between two commits, summed up. */
export interface ChangeSummary {
  additions: number;
  deletions: number;
  paths: readonly string[];
  /** Files that went away, which may be renamed ones. */
  removes: boolean;
}

const FORMAT = ["--raw", "--numstat", "-z", "--no-renames"];

/** Changes on the way from the merge base of both to `head`. */
export async function readSummary(dir: string, base: string, head: string): Promise<ChangeSummary> {
  const output = await runGit(dir, ["diff", ...FORMAT, `${base}...${head}`]);
  return parse(output.toString().split("\0"));
}

/** The same for any number of heads that hold all of their base, with one git process. */
export async function readSummaries(
  dir: string,
  base: string,
  heads: readonly string[],
): Promise<Map<string, ChangeSummary>> {
  // Each line has a commit and what is to be taken for its parent (git-diff-tree(1)).
  const input = heads.map((head) => `${head} ${base}\n`).join("");
  const output = await runGit(dir, ["diff-tree", "--stdin", "-r", ...FORMAT], { input });
  const parts = new Map<string, string[]>(heads.map((head) => [head, []]));
  let current: string[] = [];
  for (const field of output.toString().split("\0")) {
    // A commit's id alone begins its part; a path never stands where one could.
    const begun = current.at(-1)?.startsWith(":") ? undefined : parts.get(field);
    if (begun) current = begun;
    else current.push(field);
  }
  return new Map([...parts].map(([head, fields]) => [head, parse(fields)]));
}

function parse(fields: readonly string[]): ChangeSummary {
  const summary = { additions: 0, deletions: 0, paths: [] as string[], removes: false };
  for (let at = 0; at < fields.length; at += 1) {
    const field = fields[at] ?? "";
    if (field.startsWith(":")) {
      // A raw entry; its path is the next field.
      if (field.endsWith(" D")) summary.removes = true;
      at += 1;
      continue;
    }
    const [additions, deletions, path] = field.split("\t");
    if (!path) continue;
    // Binary files have dashes instead of numbers.
    summary.additions += Number(additions) || 0;
    summary.deletions += Number(deletions) || 0;
    summary.paths.push(path);
  }
  return summary;
}
