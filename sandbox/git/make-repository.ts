import { renameSync, rmSync } from "node:fs";
import type { FileEntries } from "../world.ts";
import { makeGitFolder } from "./git-folder.ts";
import { importCommit } from "./import-commit.ts";
import type { Signature } from "./read-commits.ts";

export interface FirstCommit {
  branch: string;
  files: FileEntries;
  message: string;
  author: Signature;
}

/** Makes a bare repository with one commit. The folder appears whole or not at all. */
export async function makeRepository(dir: string, { branch, ...commit }: FirstCommit): Promise<void> {
  const draft = `${dir}.new`;
  await makeGitFolder(draft, branch);
  await importCommit(draft, { branch, parent: null, ...commit });
  rmSync(dir, { recursive: true, force: true });
  renameSync(draft, dir);
}
