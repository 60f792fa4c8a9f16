import { execFileSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { GitObject } from "../../../src/git/pack/git-object.ts";
import type { Oid } from "../../../src/git/transport.ts";
import { GIT_ENV } from "../../support/git-repository.ts";

const GIT_OUTPUT_BYTES_MAX = 256 * 1024 * 1024;
const GIT_TIMEOUT_MS = 30_000;

/** A bare repository and git in it, which reads and answers bytes. */
export interface GitProcess {
  git: (args: string[], input?: Uint8Array, env?: Record<string, string>) => Buffer;
  /** What git has under these ids, by git-cat-file(1) in one process. */
  objects: (ids: Iterable<Oid>) => Map<Oid, GitObject>;
  remove: () => Promise<void>;
}

export async function createGitProcess(): Promise<GitProcess> {
  const dir = await mkdtemp(join(tmpdir(), "packs-"));
  const git: GitProcess["git"] = (args, input = Buffer.alloc(0), env = {}) =>
    execFileSync("git", ["-C", dir, ...args], {
      input,
      env: { ...GIT_ENV, ...env },
      maxBuffer: GIT_OUTPUT_BYTES_MAX,
      timeout: GIT_TIMEOUT_MS,
      stdio: ["pipe", "pipe", "pipe"],
    });
  git(["init", "--quiet", "--bare", "--initial-branch=main"]);
  return {
    git,
    objects: (ids) => batched(git(["cat-file", "--batch"], Buffer.from([...ids, ""].join("\n")))),
    remove: () => rm(dir, { recursive: true, force: true }),
  };
}

/** `<id> <type> <size>\n<content>\n`, again and again. */
function batched(answer: Buffer): Map<Oid, GitObject> {
  const objects = new Map<Oid, GitObject>();
  for (let at = 0; at < answer.length; ) {
    const line = answer.indexOf("\n", at);
    const [oid = "", type, size] = answer.toString("latin1", at, line).split(" ");
    const end = line + 1 + Number(size);
    if (Number.isNaN(end)) throw new Error(`git has no ${oid}`);
    objects.set(oid, { type: type as GitObject["type"], data: answer.subarray(line + 1, end) });
    at = end + 1;
  }
  return objects;
}
