import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { inherited } from "./support/inherited.ts";

const MAIN = fileURLToPath(new URL("../src/main.ts", import.meta.url));
const ROOT = fileURLToPath(new URL("..", import.meta.url));
const run = promisify(execFile);

let dataDir: string;
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "relyloop-main-"));
  // As root, the user PostgreSQL runs as has to get through.
  await chmod(dataDir, 0o711);
});
afterAll(() => rm(dataDir, { recursive: true, force: true }));

interface Started {
  child: ChildProcess;
  /** Standard output so far. */
  output(): string;
  /** Resolves when standard output holds the text; rejects when the process ends first. */
  said(text: string): Promise<void>;
  ended: Promise<number | null>;
}

/** With no more environment than a login shell has. */
const start = (
  args: string[],
  env: Record<string, string> = {},
  through: { command: string; args: string[] } = { command: process.execPath, args: [MAIN] },
): Started => {
  const child = spawn(through.command, [...through.args, ...args], {
    cwd: ROOT,
    // A process group of its own, as a terminal gives it.
    detached: true,
    env: { ...inherited, HOME: dataDir, DATA_DIR: dataDir, PORT: "0", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let text = "";
  const watchers = new Set<() => void>();
  const hear = (chunk: Buffer) => {
    text += chunk.toString();
    for (const look of watchers) look();
  };
  child.stdout.on("data", hear);
  child.stderr.on("data", hear);
  const ended = once(child, "exit").then(([code]) => code as number | null);
  const said = (wanted: string) =>
    new Promise<void>((resolve, reject) => {
      const look = () => text.includes(wanted) && resolve();
      watchers.add(look);
      look();
      void ended.then(() => reject(new Error(`ended before it said "${wanted}":\n${text}`)));
    });
  return { child, output: () => text, said, ended };
};

const git = async (...args: string[]): Promise<string> => {
  const folder = join(dataDir, "sandbox", "repos");
  const [repository] = (await readdir(folder)).filter((name) => name.endsWith(".git"));
  return (await run("git", ["-C", join(folder, `${repository}`), ...args])).stdout;
};

describe("npm start, with no settings at all", () => {
  it("--once shows a pull request being opened, ends with 0, and leaves a sound repository", async () => {
    const once = start(["--once"]);
    expect(await once.ended, once.output()).toBe(0);

    const [, branch] = /on (relyloop\/study-\S+)/.exec(once.output()) ?? [];
    expect(once.output()).toMatch(/Pull request: http:\/\/127\.0\.0\.1:\d+\/acme\/search-config\/pull\/1/);
    expect(once.output()).toContain('+  "title_boost": 3.4,');
    expect((await git("log", "--format=%an", `main..${branch}`)).trim()).toBe("relyloop[bot]\nrelyloop[bot]");
    const names = (await git("diff", "--name-status", "main", `${branch}`)).trim().split("\n");
    expect(names).toEqual([
      expect.stringMatching(/^A\t\.relyloop\/digest-charts\/[0-9a-f-]{36}\.png$/),
      "M\tclusters/products-prod/products-bm25.params.json",
    ]);
    await git("fsck", "--strict");
  });

  it("keeps its secrets in one file only the owner may read", async () => {
    const path = join(dataDir, "sandbox-secrets");
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(JSON.parse(await readFile(path, "utf8"))).toHaveProperty("private_key");
  });

  it("goes on serving after the show, is joined by a worker, and stops with everything it started on Ctrl-C", async () => {
    const all = start([]);
    await all.said("Serving until Ctrl-C");
    const [, url] = /API\s+(http:\S+)\/api\/docs/.exec(all.output()) ?? [];
    expect((await fetch(`${url}/readyz`)).status).toBe(200);
    const worker = start(["worker"]);
    await worker.said('"msg":"ready"');
    worker.child.kill("SIGTERM");
    expect(await worker.ended, worker.output()).toBe(0);

    all.child.kill("SIGINT");
    expect(await all.ended, all.output()).toBe(0);
    expect(await processesOf(dataDir)).toEqual([]);
  });

  it("stops in order on Ctrl-C in a terminal, which reaches npm and the service alike", async () => {
    const npm = start([], {}, { command: "npm", args: ["start", "--ignore-scripts"] });
    await npm.said("Serving until Ctrl-C");
    // A terminal signals the whole group, and npm passes its own on: the service hears it twice.
    process.kill(-(npm.child.pid ?? 0), "SIGINT");
    await npm.ended;
    await expect.poll(() => processesOf(dataDir)).toEqual([]);
    expect(npm.output()).not.toContain("could not");
  });

  it("starts again after a kill -9", async () => {
    const killed = start([]);
    await killed.said("Serving until Ctrl-C");
    killed.child.kill("SIGKILL");
    await killed.ended;
    const again = start(["--once"]);
    expect(await again.ended, again.output()).toBe(0);
    expect(again.output()).toContain("/acme/search-config/pull/5");
    expect(await processesOf(dataDir)).toEqual([]);
  });
});

/** Command lines of processes that have to do with the folder; the database and git are such. */
const processesOf = async (folder: string): Promise<string[]> => {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const lines = await Promise.all(
    pids.map((pid) => readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "")),
  );
  return lines.filter((line) => line.includes(folder));
};

describe("npm start", () => {
  it("migrate brings the schema up to date, and says so the second time", async () => {
    const first = start(["migrate"], { DATA_DIR: join(dataDir, "other") });
    expect(await first.ended, first.output()).toBe(0);
    expect(first.output()).toContain("0001-proposals");
    const second = start(["migrate"], { DATA_DIR: join(dataDir, "other") });
    expect(await second.ended, second.output()).toBe(0);
    expect(second.output()).toContain("up to date");
  });

  it("tells every bad setting at once, without its value", async () => {
    const refused = start(["web"], { PORT: "many", APP_ID: "secret-looking", LOG_LEVEL: "loud" });
    expect(await refused.ended).toBe(1);
    for (const key of ["PORT", "APP_ID", "LOG_LEVEL"]) expect(refused.output()).toContain(key);
    expect(refused.output()).not.toContain("secret-looking");
  });

  it("says which port is taken, and what to do", async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, "127.0.0.1", resolve));
    const { port } = taken.address() as AddressInfo;
    const refused = start(["web"], { PORT: String(port) });
    expect(await refused.ended).toBe(1);
    expect(refused.output()).toContain(`Port ${port} is taken. Set PORT`);
    taken.close();
  });

  it.each([["something-else"], ["web", "--once"]])(
    "refuses %s %s and says what there is",
    async (...args) => {
      const refused = start(args);
      expect(await refused.ended).toBe(2);
      expect(refused.output()).toContain("Usage: npm start");
    },
  );
});
