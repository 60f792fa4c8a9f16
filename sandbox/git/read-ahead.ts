import { runGit } from "./run-git.ts";

export interface Ahead {
  /** Commits that the head has and the base has not. */
  commits: number;
  /** The head holds all of the base. */
  holdsBase: boolean;
}

/** Compares any number of heads with one base, with one git process. */
export async function readAhead(
  dir: string,
  base: string,
  heads: readonly string[],
): Promise<Map<string, Ahead>> {
  const input = `${heads.join("\n")}\n^${base}\n`;
  const output = (await runGit(dir, ["rev-list", "--parents", "--stdin"], { input })).toString().trim();
  // Every commit that some head has and the base has not, with its parents.
  const parents = new Map<string, string[]>();
  for (const line of output === "" ? [] : output.split("\n")) {
    const [oid = "", ...others] = line.split(" ");
    parents.set(oid, others);
  }
  return new Map(heads.map((head) => [head, walk(parents, base, head)]));
}

function walk(parents: ReadonlyMap<string, string[]>, base: string, head: string): Ahead {
  const seen = new Set<string>();
  let holdsBase = head === base;
  const waiting = [head];
  for (let oid = waiting.pop(); oid !== undefined; oid = waiting.pop()) {
    if (oid === base) holdsBase = true;
    const next = parents.get(oid);
    if (next === undefined || seen.has(oid)) continue;
    seen.add(oid);
    waiting.push(...next);
  }
  return { commits: seen.size, holdsBase };
}
