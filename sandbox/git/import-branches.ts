import type { FileEntries } from "../world.ts";
import { commitLines } from "./import-commit.ts";
import type { Signature } from "./read-commits.ts";
import { runGit } from "./run-git.ts";

export interface NewBranch {
  /** Full names of the refs that come to point at the commit. */
  refs: readonly [string, ...string[]];
  message: string;
  files: FileEntries;
}

/** Makes any number of branches of one commit each on `base`, with one git process. @returns the commits' ids. */
export async function importBranches(
  dir: string,
  base: string,
  author: Signature,
  branches: readonly NewBranch[],
): Promise<string[]> {
  const parts = branches.flatMap(({ refs: [ref, ...others], message, files }, index) => {
    const mark = `:${index + 1}`;
    return [
      ...commitLines({ ref, mark, parent: base, files, message, author }),
      ...others.map((other) => `reset ${other}\nfrom ${mark}\n\n`),
    ];
  });
  const questions = branches.map((_, index) => `get-mark :${index + 1}\n`);
  const input = Buffer.concat([...parts, ...questions].map((part) => Buffer.from(part)));
  const output = await runGit(dir, ["fast-import", "--quiet", "--force"], { input });
  // A thousand files of one line each are slow to list.
  await runGit(dir, ["pack-refs", "--all"]);
  return output.toString().trim().split("\n");
}
