import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";

const SCRIPTS = fileURLToPath(new URL("../../scripts", import.meta.url));
const NPM_STUB = fileURLToPath(new URL("npm-stub.mjs", import.meta.url));
/** No process has this id: Linux gives ids up to 2^22. */
const DEAD_PID = 4_194_305;
const RUN_TIMEOUT_MS = 20_000;

let checkout: string;
beforeEach(async () => {
  checkout = await mkdtemp(join(tmpdir(), "relyloop-setup-"));
  await cp(SCRIPTS, join(checkout, "scripts"), { recursive: true });
  await mkdir(join(checkout, "npm"));
  await cp(NPM_STUB, join(checkout, "npm", "npm-cli.js"));
  await writeFile(join(checkout, "package.json"), `{"type": "module"}`);
  await writeFile(join(checkout, "package-lock.json"), `{"lockfileVersion": 3}`);
});
afterEach(() => rm(checkout, { recursive: true, force: true }));

const setup = async (env: NodeJS.ProcessEnv = {}): Promise<{ code: number | null; said: string }> => {
  const child = spawn(process.execPath, [join(checkout, "scripts", "setup.mjs")], {
    cwd: "/",
    env: {
      PATH: process.env.PATH,
      HOME: join(checkout, "home"),
      npm_lifecycle_event: "pretest",
      npm_execpath: join(checkout, "npm", "npm-cli.js"),
      npm_node_execpath: process.execPath,
      STUB_CALLS: join(checkout, "calls"),
      ...env,
    },
    stdio: ["ignore", "inherit", "pipe"],
    timeout: RUN_TIMEOUT_MS,
  });
  const [said, [code]] = await Promise.all([text(child.stderr), once(child, "exit")]);
  return { code, said };
};

const calls = async (): Promise<{ args: string[]; home: string | null; env: string[] }[]> => {
  const lines = await readFile(join(checkout, "calls"), "utf8").catch(() => "");
  return lines
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line));
};

const program = async (name: string, script: string): Promise<string> => {
  const path = join(checkout, name);
  await writeFile(path, `#!/bin/sh\n${script}\n`);
  await chmod(path, 0o755);
  return path;
};

test("installs once, in one line with its time, and then does nothing", async () => {
  const first = await setup();
  expect(first.said).toMatch(/^setup: installing the packages .*\.\.\. done in \d+\.\d s\n$/);
  expect(await setup()).toEqual({ code: 0, said: "" });
  expect((await calls()).map((call) => call.args.slice(0, 2))).toEqual([["ci", "--loglevel=error"]]);
});

test("installs again when package-lock.json has changed or node_modules is gone", async () => {
  await setup();
  await writeFile(join(checkout, "package-lock.json"), `{"lockfileVersion": 4}`);
  await setup();
  expect(await calls()).toHaveLength(2);
  await rm(join(checkout, "node_modules"), { recursive: true });
  await setup();
  expect(await calls()).toHaveLength(3);
});

test("two at the same moment install once, and leave no lock", async () => {
  const both = await Promise.all([setup({ STUB_TAKES_MS: "400" }), setup({ STUB_TAKES_MS: "400" })]);
  expect(both.map((run) => run.code)).toEqual([0, 0]);
  expect(await calls()).toHaveLength(1);
  expect((await readdir(checkout)).filter((name) => name.includes(".lock"))).toEqual([]);
});

test.each([
  ["is gone", `${DEAD_PID} 1`],
  ["has the id of another process by now", `${process.pid} 1`],
])("takes the lock over from a set-up whose process %s", async (_, owner) => {
  await mkdir(join(checkout, ".relyloop-setup.lock"));
  await writeFile(join(checkout, ".relyloop-setup.lock", "owner"), owner);
  expect(await setup()).toMatchObject({ code: 0 });
  expect(await calls()).toHaveLength(1);
});

test("a failed installation ends with 1, and the next run tries again", async () => {
  const failed = await setup({ STUB_EXIT: "7" });
  expect(failed).toMatchObject({ code: 1, said: expect.stringContaining("`npm ci` failed (exit code 7)") });
  expect(await setup()).toMatchObject({ code: 0 });
  expect(await calls()).toHaveLength(2);
});

test("gives npm a cache of its own where the home folder cannot be written, and removes it", async () => {
  await setup({ HOME: "/proc" });
  await rm(join(checkout, "node_modules"), { recursive: true });
  await setup({ HOME: "", npm_config_cache: join(checkout, "~", ".npm") });
  await rm(join(checkout, "node_modules"), { recursive: true });
  await setup();
  const cacheOf = (args: string[] = []) => args.find((arg) => arg.startsWith("--cache="))?.slice(8) ?? "";
  const [readOnly, empty, ordinary] = await calls();
  expect(cacheOf(readOnly?.args)).toContain("relyloop-npm-");
  await expect(readdir(cacheOf(readOnly?.args))).rejects.toThrow("ENOENT");
  expect(empty?.home).toBeNull();
  expect(cacheOf(empty?.args)).not.toContain("~");
  expect(cacheOf(ordinary?.args)).toBe(join(checkout, "home", ".npm"));
});

test("keeps the service's secrets from what packages run while they are installed", async () => {
  const secrets = [
    "PRIVATE_KEY",
    "WEBHOOK_SECRET",
    "WEBHOOK_SECRET_PREVIOUS",
    "INTERNAL_API_TOKENS",
    "DATABASE_URL",
  ];
  await setup({ ...Object.fromEntries(secrets.map((name) => [name, "secret"])), APP_ID: "1" });
  const [call] = await calls();
  expect(call?.env).toContain("APP_ID");
  expect(call?.env.filter((name) => secrets.includes(name))).toEqual([]);
});

test("says what to do when the Node it ends up with is too old", async () => {
  const old = await program("old-node", "echo v20.20.2");
  const run = await setup({ STUB_NODE: old });
  expect(run.code).toBe(1);
  expect(run.said).toContain("Node 24 or newer is needed");
});

test("says what to do when git is missing, or has no http-backend, before it installs anything", async () => {
  const none = await setup({ PATH: "/nonexistent" });
  expect(none).toMatchObject({ code: 1, said: expect.stringContaining("git is missing") });
  await program("git", "echo /nonexistent");
  const half = await setup({ PATH: checkout });
  expect(half).toMatchObject({ code: 1, said: expect.stringContaining("git has no http-backend") });
  expect(await calls()).toEqual([]);
});

test("a start with a GitHub App of its own needs no git", async () => {
  const run = await setup({ PATH: "/nonexistent", npm_lifecycle_event: "prestart", APP_ID: "1" });
  expect(run.code).toBe(0);
});
