import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestSandbox, type TestSandbox } from "../support/test-sandbox.ts";

const REPO = "acme/search-config";

let world: TestSandbox;
let folder: string;
beforeAll(async () => {
  world = await startTestSandbox();
  folder = await mkdtemp(join(tmpdir(), "clones-"));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
  await world.close();
});

/** Runs the real git. @returns its output, standard error included, and its status. */
async function git(cwd: string, ...args: string[]): Promise<{ status: number; text: string }> {
  const env = {
    PATH: process.env.PATH,
    GIT_TERMINAL_PROMPT: "0",
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_CONFIG_GLOBAL: "/dev/null",
    GIT_AUTHOR_NAME: "Carol",
    GIT_AUTHOR_EMAIL: "carol@example.com",
    GIT_COMMITTER_NAME: "Carol",
    GIT_COMMITTER_EMAIL: "carol@example.com",
  };
  try {
    const { stdout, stderr } = await promisify(execFile)("git", args, { cwd, env });
    return { status: 0, text: stdout + stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { status: code, text: stdout + stderr };
  }
}

const remote = (token: string, repository = REPO): string =>
  `http://x-access-token:${token}@${world.sandbox.host}/${repository}`;

/** A clone with one commit on a branch of its own, not pushed. */
async function cloneWithCommit(branch: string): Promise<string> {
  const dir = join(folder, branch.replaceAll("/", "-"));
  expect(
    await git(folder, "clone", "-q", remote(await world.client.token(), `${REPO}.git`), dir),
  ).toMatchObject({ status: 0 });
  await git(dir, "checkout", "-q", "-b", branch);
  await writeFile(join(dir, "new.txt"), `${branch}\n`);
  await git(dir, "add", ".");
  await git(dir, "commit", "-q", "-m", "New");
  return dir;
}

describe("git with an installation token", () => {
  it("clones the example repository and pushes a branch to it", async () => {
    const dir = await cloneWithCommit("feature/one");
    const params = JSON.parse(
      await readFile(join(dir, "clusters/products-prod/products-bm25.params.json"), "utf8"),
    );
    expect(params).toMatchObject({ title_boost: 2, phrase: { slop: 2 } });
    expect((await git(dir, "log", "--format=%s", "main")).text.split("\n").length).toBeGreaterThan(3);
    expect(await git(dir, "push", "-q", "origin", "feature/one")).toMatchObject({ status: 0 });
    const head = (await git(dir, "rev-parse", "HEAD")).text.trim();
    expect(await world.sandbox.branchTip(REPO, "feature/one")).toBe(head);
    expect(await world.sandbox.git(REPO, "fsck", "--strict")).toBe("");
  });

  it("clones without blobs and without trees", async () => {
    for (const filter of ["blob:none", "tree:0"]) {
      const dir = join(folder, filter.replace(":", "-"));
      const url = remote(await world.client.token());
      expect(await git(folder, "clone", "-q", `--filter=${filter}`, url, dir)).toMatchObject({ status: 0 });
      expect(await readFile(join(dir, "README.md"), "utf8")).toContain("# Search configuration");
    }
  });

  it("is sent on after a rename, for fetches and pushes", async () => {
    const { sandbox } = world;
    await sandbox.createRepository({ owner: "acme", name: "before" });
    const url = remote(await world.client.token(), "acme/before.git");
    await sandbox.renameRepository("acme/before", "after");
    const dir = join(folder, "renamed");
    const cloned = await git(folder, "clone", url, dir);
    expect(cloned).toMatchObject({ status: 0 });
    expect(cloned.text).toContain("redirecting to");
    expect(await git(dir, "push", "-q", "origin", "HEAD:refs/heads/pushed")).toMatchObject({ status: 0 });
    expect(await sandbox.branchTip("acme/after", "pushed")).toMatch(/^[0-9a-f]{40}$/);
  });

  it("finds a pull request's commits under its ref, and can't push there", async () => {
    const { sandbox, client } = world;
    const sha = await sandbox.pushAs("bob", REPO, "topic", { "topic.txt": "x\n" });
    const authorization = `token ${await client.token()}`;
    const body = { title: "T", head: "topic", base: "main" };
    const pull = await client.send("POST", `/repos/${REPO}/pulls`, { authorization, body });
    const url = remote(await client.token());
    expect((await git(folder, "ls-remote", url, `refs/pull/${pull.body.number}/head`)).text).toContain(sha);
    const dir = await cloneWithCommit("to-hidden");
    expect((await git(dir, "push", "origin", `HEAD:refs/pull/${pull.body.number}/head`)).text).toContain(
      "hidden ref",
    );
  });
});

describe("git is refused", () => {
  const list = async (url: string) => (await git(folder, "ls-remote", url)).text;

  it("without a token, and with a wrong one", async () => {
    const response = await fetch(`${world.sandbox.url}/${REPO}.git/info/refs?service=git-upload-pack`);
    expect(response.status).toBe(401);
    expect(response.headers.get("www-authenticate")).toBe('Basic realm="GitHub"');
    expect(await list(remote("ghs_wrong"))).toContain("Invalid username or token");
  });

  it("for a repository that isn't there, or isn't the token's", async () => {
    await world.sandbox.createRepository({ owner: "acme", name: "private" });
    const narrow = await world.client.token({ repositories: ["search-config"] });
    expect(await list(remote(narrow, "acme/nothing"))).toContain("Repository not found.");
    expect(await list(remote(narrow, "acme/private"))).toContain("Repository not found.");
  });

  it("to push with contents:read", async () => {
    const dir = await cloneWithCommit("read-only");
    const url = remote(await world.client.token({ permissions: { contents: "read" } }));
    const pushed = await git(dir, "push", url, "read-only");
    expect(pushed.status).not.toBe(0);
    expect(pushed.text).toContain("Write access to repository not granted.");
  });

  it("to push to an archived repository", async () => {
    const dir = await cloneWithCommit("late");
    await world.sandbox.archiveRepository(REPO);
    const pushed = await git(dir, "push", "origin", "late");
    await world.sandbox.archiveRepository(REPO, false);
    expect(pushed.text).toContain("This repository was archived so it is read-only.");
  });

  it("while the installation is suspended", async () => {
    const { sandbox, client } = world;
    const url = remote(await client.token());
    const id = sandbox.installation("acme")?.id ?? 0;
    await sandbox.suspend(id);
    const text = await list(url);
    await sandbox.unsuspend(id);
    expect(text).toContain("This installation has been suspended");
  });

  it("by a ruleset that restricts creations, in GitHub's words", async () => {
    const dir = await cloneWithCommit("locked/x");
    await world.sandbox.setBranchRule(REPO, { kind: "creations_restricted", pattern: "locked/*" });
    const refused = await git(dir, "push", "origin", "locked/x");
    expect(refused.text).toContain("GH013: Repository rule violations found for refs/heads/locked/x.");
    expect(refused.text).toContain("Cannot create ref due to creations being restricted.");
    expect(await world.sandbox.branchTip(REPO, "locked/x")).toBeNull();
    expect(await git(dir, "push", "-q", "origin", "HEAD:refs/heads/free")).toMatchObject({ status: 0 });
    // What is there already may be pushed to and deleted.
    await world.sandbox.pushAs("alice", REPO, "locked/old", { "x.txt": "x" }, { parent: "main" });
    const forced = ["push", "-q", "--force", "origin", "HEAD:refs/heads/locked/old"];
    expect(await git(dir, ...forced)).toMatchObject({ status: 0 });
    expect(await git(dir, "push", "-q", "origin", ":refs/heads/locked/old")).toMatchObject({ status: 0 });
    await world.sandbox.setBranchRule(REPO, null);
    expect(await git(dir, "push", "-q", "origin", "locked/x")).toMatchObject({ status: 0 });
  });

  it("by branch protection, in GitHub's words", async () => {
    const dir = await cloneWithCommit("protected");
    await world.sandbox.setBranchRule(REPO, { kind: "protected", pattern: "main" });
    const refused = await git(dir, "push", "origin", "HEAD:main");
    await world.sandbox.setBranchRule(REPO, null);
    expect(refused.text).toContain("GH006: Protected branch update failed for refs/heads/main.");
  });
});
