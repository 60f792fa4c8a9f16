import type { Signature } from "./read-commits.ts";
import { GitCommandError, runGit } from "./run-git.ts";

export interface MergeRequest {
  base: string;
  head: string;
  method: "merge" | "squash";
  message: string;
  author: Signature;
}

/** Git's status for "these two conflict"; everything above is trouble. */
const CONFLICT_STATUS = 1;

/** Makes the commit that merges `head` into `base`. @returns its id, or null on a conflict. Moves no ref. */
export async function mergeCommits(dir: string, request: MergeRequest): Promise<string | null> {
  let tree: string;
  try {
    tree = (await runGit(dir, ["merge-tree", "--write-tree", request.base, request.head])).toString().trim();
  } catch (error) {
    if (error instanceof GitCommandError && error.exitCode === CONFLICT_STATUS) return null;
    throw error;
  }
  const parents = request.method === "merge" ? [request.base, request.head] : [request.base];
  const { name, email, date } = request.author;
  const seconds = Math.floor(Date.parse(date) / 1000);
  const content = [
    `tree ${tree}`,
    ...parents.map((parent) => `parent ${parent}`),
    `author ${name} <${email}> ${seconds} +0000`,
    `committer GitHub <noreply@github.com> ${seconds} +0000`,
    "",
    request.message,
    "",
  ].join("\n");
  const oid = await runGit(dir, ["hash-object", "-w", "-t", "commit", "--stdin"], { input: content });
  return oid.toString().trim();
}
