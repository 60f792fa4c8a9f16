import type { FileEntries, FileEntry } from "../world.ts";
import type { Signature } from "./read-commits.ts";
import { runGit } from "./run-git.ts";

export interface NewFileCommit {
  /** Short name of the branch that gets the commit. */
  branch: string;
  /** Null: a commit without history. */
  parent: string | null;
  /** Null removes a path; paths not named stay as they are in the parent. */
  files: FileEntries;
  message: string;
  author: Signature;
  /** Also when the branch's tip is not the parent. */
  force?: boolean;
}

/** Writes one commit through `git fast-import`: one process for any number of files. @returns its id. */
export async function importCommit(dir: string, commit: NewFileCommit): Promise<string> {
  const output = await runGit(dir, ["fast-import", "--quiet", ...(commit.force ? ["--force"] : [])], {
    input: importStream(commit),
  });
  return output.toString().trim();
}

/** The stream of git-fast-import(1), ending with a question for the new commit's id. */
function importStream({ branch, ...commit }: NewFileCommit): Buffer {
  const lines = commitLines({ ref: `refs/heads/${branch}`, mark: ":1", ...commit });
  return Buffer.concat([...lines, "get-mark :1\n"].map((part) => Buffer.from(part)));
}

/** One commit of a stream, which moves `ref` and can be spoken of as `mark` afterwards. */
export function commitLines(
  commit: Pick<NewFileCommit, "parent" | "files" | "message" | "author"> & { ref: string; mark: string },
): (string | Uint8Array)[] {
  const seconds = Math.floor(Date.parse(commit.author.date) / 1000);
  const who = `${commit.author.name} <${commit.author.email}> ${seconds} +0000`;
  return [
    `commit ${commit.ref}\nmark ${commit.mark}\nauthor ${who}\ncommitter ${who}\n`,
    ...dataBlock(commit.message),
    commit.parent === null ? "" : `from ${commit.parent}\n`,
    ...Object.entries(commit.files).flatMap(([path, entry]) => change(path, entry)),
    "\n",
  ];
}

function change(path: string, entry: FileEntry): (string | Uint8Array)[] {
  if (/["\n\0]/.test(path)) throw new Error(`The sandbox does not write the path ${JSON.stringify(path)}.`);
  if (entry === null) return [`D ${path}\n`];
  if (typeof entry === "string" || entry instanceof Uint8Array) return file("100644", path, entry);
  if ("executable" in entry) return file("100755", path, entry.executable);
  if ("symlink" in entry) return file("120000", path, entry.symlink);
  return [`M 160000 ${entry.submodule} ${path}\n`];
}

function file(mode: string, path: string, content: string | Uint8Array): (string | Uint8Array)[] {
  return [`M ${mode} inline ${path}\n`, ...dataBlock(content)];
}

function dataBlock(content: string | Uint8Array): (string | Uint8Array)[] {
  return [`data ${Buffer.byteLength(content)}\n`, content, "\n"];
}
