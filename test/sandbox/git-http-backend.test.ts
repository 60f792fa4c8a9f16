import { type ChildProcess, execFile, spawn } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { type ServeGitOptions, serveGit } from "../../sandbox/git-http-backend.ts";
import { createGitRepository, GIT_ENV, type GitRepository } from "../support/git-repository.ts";

const run = promisify(execFile);

/** Larger than git's and Node's buffers, so that back-pressure and chunked bodies come into it. */
const BIG_FILE_BYTES = 5 * 1024 * 1024;

let root: string;
let repository: GitRepository;
let origin: string;
let options: (req: IncomingMessage) => Partial<ServeGitOptions>;
let ending: AbortController;
let served: Promise<void>[];

const server = createServer((req, res) => {
  const pathInfo = decodeURIComponent((req.url ?? "").split("?")[0] ?? "");
  served.push(serveGit(req, res, { projectRoot: root, pathInfo, remoteUser: "a-user", ...options(req) }));
});

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => server.close());

beforeEach(async () => {
  options = () => ({});
  ending = new AbortController();
  served = [];
  root = await mkdtemp(join(tmpdir(), "git-http-backend-"));
  repository = await createGitRepository(join(root, "42.git"), { files: { "a.txt": "a" } });
});
afterEach(async () => {
  server.closeAllConnections();
  await Promise.all(served);
  await rm(root, { recursive: true });
});

async function git(...args: string[]): Promise<string> {
  return (await run("git", args, { cwd: root, env: { ...GIT_ENV, GIT_TERMINAL_PROMPT: "0" } })).stdout;
}

/** Clones, commits one file and pushes it with git itself. */
async function cloneAndPush(bytes: Uint8Array, ...config: string[]): Promise<void> {
  await git("clone", "--quiet", `${origin}/42.git`, "work");
  await writeFile(join(root, "work", "b.bin"), bytes);
  await git("-C", "work", "add", "b.bin");
  await git("-C", "work", "commit", "--quiet", "-m", "b");
  await git("-C", "work", ...config, "push", "--quiet", "origin", "main");
}

describe("git's own client", () => {
  it("clones and pushes, with bodies of any size both ways", async () => {
    const bytes = Buffer.alloc(BIG_FILE_BYTES, "not compressed below");

    await cloneAndPush(bytes, "-c", "core.compression=0");
    await git("clone", "--quiet", `${origin}/42.git`, "again");

    expect(bytes.equals(await readFile(join(root, "again", "b.bin")))).toBe(true);
    await repository.git("fsck", "--strict");
  });

  it("speaks protocol v2 and may filter, as on github.com", async () => {
    await git(
      "-c",
      "protocol.version=2",
      "clone",
      "--quiet",
      "--bare",
      "--filter=blob:none",
      `${origin}/42.git`,
      "p.git",
    );

    const missing = await git("-C", "p.git", "rev-list", "--objects", "--missing=print", "main");
    expect(missing).toMatch(/^\?[0-9a-f]{40}$/m);
  });

  it("may not push without a user", async () => {
    options = () => ({ remoteUser: "" });

    await expect(cloneAndPush(Buffer.from("b"))).rejects.toThrow(/403/);
  });

  it("gets 404 for a repository that is not there, or lies outside", async () => {
    expect((await fetch(`${origin}/43.git/info/refs?service=git-upload-pack`)).status).toBe(404);
    options = () => ({ pathInfo: "/../42.git/info/refs" });
    expect((await fetch(`${origin}/x`)).status).toBeGreaterThanOrEqual(400);
  });
});

it("tells hooks who pushes and nothing of this process's environment", async () => {
  vi.stubEnv("PRIVATE_KEY", "-----BEGIN RSA PRIVATE KEY-----");
  options = () => ({ env: { RULES: "from the server" } });
  await repository.hook("pre-receive", `env > "${root}/hook.env"`);

  await cloneAndPush(Buffer.from("b"));
  vi.unstubAllEnvs();

  const seen = await readFile(join(root, "hook.env"), "utf8");
  expect(seen).toContain("REMOTE_USER=a-user\n");
  expect(seen).toContain("RULES=from the server\n");
  expect(seen).not.toContain("PRIVATE_KEY");
});

it("takes a body that git's client has compressed", async () => {
  const packets = Buffer.from("0014command=ls-refs\n00010000");
  const body = new Blob([packets]).stream().pipeThrough(new CompressionStream("gzip"));

  const answer = await fetch(`${origin}/42.git/git-upload-pack`, {
    method: "POST",
    headers: {
      "content-type": "application/x-git-upload-pack-request",
      "content-encoding": "gzip",
      "git-protocol": "version=2",
    },
    body,
    duplex: "half",
  });

  expect(await answer.text()).toContain("refs/heads/main\n0000");
});

it("answers 500 in plain text when git cannot even start", async () => {
  options = () => ({ projectRoot: join(root, "nowhere") });

  const answer = await fetch(`${origin}/42.git/info/refs?service=git-upload-pack`);

  expect(answer.status).toBe(500);
  expect(answer.headers.get("content-type")).toBe("text/plain; charset=utf-8");
  expect(await answer.text()).toMatch(/^git http-backend failed: /);
});

it("takes no object git would complain about, as on github.com", async () => {
  const blob = await repository.git("rev-parse", "main:a.txt");
  const tree = await repository.pipe(["mktree"], `100644 blob ${blob}\t.git\n`);
  const commit = await repository.git("commit-tree", "-m", "unsafe name", tree);

  await expect(
    git("-C", "42.git", "push", `${origin}/42.git`, `${commit}:refs/heads/unsafe`),
  ).rejects.toThrow(/hasDotgit/);
});

it("lets a push take effect and then cuts the connection, when told so", async () => {
  options = ({ method }) => ({ dropAnswer: method === "POST" });
  await repository.git("branch", "old", "main");

  await expect(
    git("-C", "42.git", "push", "--quiet", `${origin}/42.git`, ":refs/heads/old"),
  ).rejects.toThrow();

  expect(await repository.git("branch", "--list", "old")).toBe("");
});

it("ends when the client goes away before git has said a word", async () => {
  // Git waits for a writer of this pipe before it does anything.
  await rm(join(repository.dir, "config"));
  await run("mkfifo", [join(repository.dir, "config")]);
  const leaving = new AbortController();
  const answer = fetch(`${origin}/42.git/info/refs?service=git-upload-pack`, { signal: leaving.signal });
  await expect.poll(() => served).toHaveLength(1);

  leaving.abort();

  await expect(answer).rejects.toThrow();
  await Promise.all(served);
});

describe("a push that hangs in a hook", () => {
  let client: ChildProcess;
  let hookPids: string[];

  beforeEach(async () => {
    const pidFile = join(root, "pids");
    await repository.git("branch", "old", "main");
    // Two processes: one that ends when it is asked to, one that has to be made to.
    await repository.hook(
      "pre-receive",
      `(trap '' TERM; exec sleep 600) & echo $$ $! > "${pidFile}.new"; mv "${pidFile}.new" "${pidFile}"; wait`,
    );
    options = () => ({ signal: ending.signal });
    // A group of its own, because it is git's child that holds the connection.
    client = spawn("git", ["push", "--quiet", `${origin}/42.git`, ":refs/heads/old"], {
      cwd: repository.dir,
      detached: true,
      env: GIT_ENV,
      stdio: "ignore",
    });
    hookPids = (await vi.waitFor(() => readFile(pidFile, "utf8"), { timeout: 20_000 })).trim().split(" ");
    expect(await living(hookPids)).toHaveLength(2);
  });
  afterEach(killClient);

  function killClient(): void {
    if (client.pid === undefined || client.exitCode !== null || client.signalCode !== null) return;
    process.kill(-client.pid, "SIGKILL");
  }

  it("ends with all its processes when the client goes away", async () => {
    killClient();

    await Promise.all(served);

    await expect.poll(() => living(hookPids)).toEqual([]);
    expect(await repository.git("branch", "--list", "old")).not.toBe("");
  });

  it("ends with all its processes when the signal says so", async () => {
    ending.abort();

    await Promise.all(served);

    await expect.poll(() => living(hookPids)).toEqual([]);
  });
});

/** Those of the processes that still do something; one that waits to be reaped does not. */
async function living(pids: string[]): Promise<string[]> {
  const states = await Promise.all(
    pids.map(async (pid) => {
      const { stdout } = await run("ps", ["-o", "stat=", "-p", pid]).catch(() => ({ stdout: "" }));
      return stdout.trim();
    }),
  );
  return pids.filter((_, index) => !/^(Z|$)/.test(states[index] ?? ""));
}
