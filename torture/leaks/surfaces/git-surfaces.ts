import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { LeakWorld } from "../leak-world.ts";
import type { Seen, Surface } from "../surface.ts";

type GitWorld = Pick<LeakWorld, "sandbox">;

const OUTPUT_BYTES_MAX = 64 * 1024 * 1024;
const TIMEOUT_MS = 30_000;

/** What was pushed: commits, trees and blobs, out of whatever pack or zlib stream git keeps them in. */
export const gitSurfaces = ({ sandbox }: GitWorld): Surface[] => [
  {
    name: "git objects",
    async *read() {
      for (const { full_name, git_dir } of sandbox.repositories()) yield* objectsOf(full_name, git_dir);
    },
    plant: async (message) => {
      const { full_name, default_branch } = someRepository(sandbox);
      const sha = await sandbox.pushAs(
        "alice",
        full_name,
        default_branch,
        { "planted.txt": "planted" },
        { message },
      );
      return `${full_name} commit ${sha}`;
    },
  },
  {
    name: "refs",
    async *read() {
      for (const { full_name, git_dir } of sandbox.repositories())
        yield { place: full_name, bytes: await git(git_dir, "for-each-ref") };
    },
    plant: async (branch) => {
      const { full_name, default_branch } = someRepository(sandbox);
      const tip = await sandbox.branchTip(full_name, default_branch);
      if (tip === null) throw new Error(`${full_name} has no commit`);
      await sandbox.setBranch(full_name, branch, tip);
      return full_name;
    },
    shownOn: ["files"],
  },
];

const someRepository = (sandbox: GitWorld["sandbox"]) => sandbox.repository("acme/search-config");

async function* objectsOf(repository: string, gitDir: string): AsyncGenerator<Seen> {
  const batch = await git(gitDir, "cat-file", "--batch-all-objects", "--batch");
  for (let at = 0; at < batch.length; ) {
    const headEnd = batch.indexOf("\n", at);
    const [oid, type, size] = batch.toString("latin1", at, headEnd).split(" ");
    const end = headEnd + 1 + Number(size);
    yield { place: `${repository} ${type} ${oid}`, bytes: batch.subarray(headEnd + 1, end) };
    // Each object is followed by a newline of its own.
    at = end + 1;
  }
}

const run = promisify(execFile);
const git = async (gitDir: string, ...args: string[]): Promise<Buffer> => {
  const options = { encoding: "buffer", maxBuffer: OUTPUT_BYTES_MAX, timeout: TIMEOUT_MS } as const;
  return (await run("git", ["--git-dir", gitDir, ...args], options)).stdout;
};
