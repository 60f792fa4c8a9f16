import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { startTestSandbox, type TestSandbox } from "../support/test-sandbox.ts";

const REPO = "acme/search-config";
const run = promisify(execFile);

let world: TestSandbox;
let url: string;
beforeAll(async () => {
  world = await startTestSandbox();
  url = `http://x-access-token:${await world.client.token()}@${world.sandbox.host}/${REPO}.git`;
});
afterEach(() => world.sandbox.faults.clear());
afterAll(() => world.close());

/** Pushes main's tip as a new branch, out of the bare repository itself. */
const push = (branch: string) =>
  run("git", ["push", "--porcelain", url, `main:refs/heads/${branch}`], {
    cwd: world.sandbox.repository(REPO).git_dir,
    env: { PATH: process.env.PATH, GIT_TERMINAL_PROMPT: "0" },
  });
const RECEIVE = { method: "POST", path: "*/git-receive-pack" } as const;

it("a push whose connection is dropped before the effect made no branch", async () => {
  // Git sends a request again, once, when a connection it has used before breaks without an answer.
  world.sandbox.faults.add({ ...RECEIVE, times: null, fault: { kind: "drop", when: "before" } });
  await expect(push("before")).rejects.toThrow();
  expect(await world.sandbox.branchTip(REPO, "before")).toBeNull();
});

it("a push whose answer is lost made the branch all the same", async () => {
  world.sandbox.faults.add({ ...RECEIVE, fault: { kind: "drop", when: "after" } });
  await expect(push("after")).rejects.toThrow();
  expect(await world.sandbox.branchTip(REPO, "after")).toBe(await world.sandbox.branchTip(REPO, "main"));
});

it("a push whose answer is cut made the branch all the same", async () => {
  world.sandbox.faults.add({ ...RECEIVE, fault: { kind: "truncate" } });
  await expect(push("cut")).rejects.toThrow();
  expect(await world.sandbox.branchTip(REPO, "cut")).not.toBeNull();
});

it("a held push goes through once it is released", async () => {
  const { sandbox } = world;
  const id = sandbox.faults.add({ ...RECEIVE, fault: { kind: "hold", when: "before" } });
  const pushed = push("held");
  await sandbox.faults.held(id);
  expect(await sandbox.branchTip(REPO, "held")).toBeNull();
  sandbox.faults.release(id);
  await pushed;
  expect(await sandbox.branchTip(REPO, "held")).not.toBeNull();
});

it("a fetch of a large answer that is held after the effect arrives whole", async () => {
  const { sandbox } = world;
  const noise = Array.from({ length: 400_000 }, (_, index) => (index * 7919) % 10_007).join(" ");
  await sandbox.pushAs("bob", REPO, "large", { "noise.txt": noise });
  const id = sandbox.faults.add({
    method: "POST",
    path: "*/git-upload-pack",
    skip: 1,
    fault: { kind: "hold", when: "after" },
  });
  const dir = `${world.dataDir}/fetched`;
  const cloned = run("git", ["clone", "-q", "--bare", "--branch", "large", url, dir], {
    env: { PATH: process.env.PATH },
  });
  await sandbox.faults.held(id);
  sandbox.faults.release(id);
  await cloned;
  const { stdout } = await run("git", ["-C", dir, "cat-file", "-s", "large:noise.txt"]);
  expect(Number(stdout)).toBe(noise.length);
});
