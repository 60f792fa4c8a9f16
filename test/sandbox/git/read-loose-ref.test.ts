import { execFileSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readLooseRef } from "../../../sandbox/git/read-loose-ref.ts";

let dir: string;
let commit: string;
const git = (...args: string[]) =>
  execFileSync("git", ["-c", "user.name=a", "-c", "user.email=a@example.com", ...args], {
    cwd: dir,
    encoding: "utf8",
  }).trim();

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "loose-ref-"));
  git("init", "--quiet", "--bare", "--initial-branch=main");
  commit = git("commit-tree", "-m", "one", git("hash-object", "-w", "-t", "tree", "/dev/null"));
  git("update-ref", "refs/heads/packed", commit);
  git("pack-refs", "--all");
  git("update-ref", "refs/heads/main", commit);
  git("update-ref", "refs/pull/1/head", commit);
  git("symbolic-ref", "refs/heads/alias", "refs/heads/main");
  git("tag", "--annotate", "-m", "v1", "v1", commit);
});
afterAll(() => rm(dir, { recursive: true, force: true }));

describe("a ref read from its file", () => {
  it.each(["refs/heads/main", "refs/pull/1/head"])("is what git says: %s", async (ref) => {
    expect(await readLooseRef(dir, ref)).toBe(git("rev-parse", ref));
  });

  it.each([
    "refs/heads/packed",
    "refs/heads/alias",
    "refs/heads/missing",
    "refs/tags/v1",
    "refs/heads/../heads/main",
    "HEAD",
  ])("is left to git: %s", async (ref) => {
    expect(await readLooseRef(dir, ref)).toBeNull();
  });
});
