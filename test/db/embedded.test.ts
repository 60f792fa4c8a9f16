import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { appendFile, mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { openEmbeddedPostgres } from "../../src/db/embedded.ts";
import { type EmbeddedBench, extraSettings, log, openBench, query } from "./embedded-bench.ts";

const LEASES = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'relyloop-lease'";

let bench: EmbeddedBench;
beforeAll(async () => {
  bench = await openBench();
});
afterAll(() => bench.close());

const serverRuns = async (): Promise<boolean> => {
  try {
    process.kill(await bench.serverPid(), 0);
    return true;
  } catch {
    return false;
  }
};

const killServer = async (): Promise<void> => {
  const pid = await bench.serverPid();
  process.kill(pid, "SIGKILL");
};

describe("one process", () => {
  test("starts the server on an empty database, keeps the data, and stops it", async () => {
    const first = await bench.open();
    expect(first.owned).toBe(true);
    await query(first, "CREATE TABLE kept AS SELECT 42 AS answer");
    await first.close();
    await first.close();
    expect(await serverRuns()).toBe(false);

    const second = await bench.open();
    expect(await query(second, "SELECT answer FROM kept")).toEqual([[42]]);
    await second.close();
  });

  test("by default waits for the disk, and lets nobody in but over a socket in a 0700 folder", async () => {
    const opened = await openEmbeddedPostgres({ dataDir: bench.dataDir, log });
    expect(await query(opened, "SHOW fsync")).toEqual([["on"]]);
    expect(await query(opened, "SHOW listen_addresses")).toEqual([[""]]);
    expect((await stat(opened.connection.host)).mode & 0o777).toBe(0o700);
    await opened.close();
  });

  test.runIf(process.platform === "linux")("shows the server nothing of its environment", async () => {
    const secret = { RELYLOOP_TEST_SECRET: "must not be seen" };
    const user = await bench.run(undefined, { env: secret });
    const environment = await readFile(`/proc/${await bench.serverPid()}/environ`, "utf8");
    expect(environment).toContain("PATH=");
    expect(environment).not.toContain("RELYLOOP_TEST_SECRET");
    await user.end();
  });

  test("clears away what a first start left half-made when it was killed", async () => {
    const leftover = join(bench.dataDir, "postgres", "data-unfinished-123456");
    await mkdir(leftover);
    await (await bench.open()).close();
    await expect(stat(leftover)).rejects.toThrow("ENOENT");
  });

  test("starts the server anew after it was killed", async () => {
    const before = await bench.open();
    const pidBefore = await bench.serverPid();
    await killServer();
    const after = await bench.open();
    expect(after.owned).toBe(true);
    expect(await bench.serverPid()).not.toBe(pidBefore);
    expect(await query(after, "SELECT answer FROM kept")).toEqual([[42]]);
    await after.close();
    await before.close();
    expect(await serverRuns()).toBe(false);
  });
});

describe("two processes", () => {
  test("share one server, which goes with the last of them", async () => {
    const starter = await bench.run();
    const joiner = await bench.open();
    expect([starter.owned, joiner.owned]).toEqual([true, false]);
    expect(joiner.connection).toEqual(starter.connection);

    await joiner.close();
    expect(await query(starter, "SELECT 1")).toEqual([[1]]);
    await starter.end();
    expect(await serverRuns()).toBe(false);
  });

  test("do not lose the server while one still uses it, whoever started it", async () => {
    const starter = await bench.run();
    const joiner = await bench.open();
    await starter.end();
    expect(await query(joiner, "SELECT 1")).toEqual([[1]]);
    await joiner.close();
    expect(await serverRuns()).toBe(false);
  });

  test("that come and go at the same moment get one server, also when it has to be created", async () => {
    const fresh = await openBench();
    try {
      const users = await Promise.all([fresh.run(), fresh.run(), fresh.run()]);
      expect(users.map((user) => user.owned).sort()).toEqual([false, false, true]);
      const starts = await Promise.all(
        users.map((user) => query(user, "SELECT pg_postmaster_start_time()::text")),
      );
      expect(new Set(starts.flat(2)).size).toBe(1);
      await Promise.all(users.map((user) => user.end()));
      await expect(fresh.serverPid()).rejects.toThrow("ENOENT");
      const left = (await readdir(join(fresh.dataDir, "postgres"))).sort();
      expect(left).toEqual(["data", "server.log", "socket"]);
    } finally {
      await fresh.close();
    }
  });

  test("take over from each other: a server outlives the kill of its starter and is adopted", async () => {
    const starter = await bench.run();
    const pid = await bench.serverPid();
    await starter.killGroup();
    expect(await serverRuns()).toBe(true);

    // PostgreSQL needs a moment to notice that the killed process hung up.
    await expect.poll(() => query(starter, LEASES)).toEqual([["0"]]);
    const adopter = await bench.open();
    expect(adopter.owned).toBe(true);
    expect(await bench.serverPid()).toBe(pid);
    await adopter.close();
    expect(await serverRuns()).toBe(false);
  });
});

describe("a process id that went to another program", () => {
  let stranger: ChildProcess;
  afterEach(async () => {
    const ended = once(stranger, "exit");
    stranger.kill("SIGKILL");
    await ended;
  });

  test("does not keep the server from starting", async () => {
    const opened = await bench.open();
    const pidFile = join(bench.dataDir, "postgres", "data", "postmaster.pid");
    const lines = (await readFile(pidFile, "utf8")).split("\n");
    const { uid, gid } = await stat(pidFile);
    await opened.close();

    stranger = spawn("sleep", ["60"], process.getuid?.() === 0 ? { uid, gid } : {});
    await writeFile(pidFile, [stranger.pid, ...lines.slice(1)].join("\n"));
    const after = await bench.open();
    expect(await bench.serverPid()).not.toBe(stranger.pid);
    await after.close();
  });
});

describe("a start that cannot succeed", () => {
  test("says why, with the server's own words, and what to do", async () => {
    const broken = await openBench();
    try {
      await (await broken.open()).close();
      await appendFile(join(broken.dataDir, "postgres/data/postgresql.conf"), "\nno_such_setting = 1\n");
      const failure = expect(broken.open()).rejects;
      await failure.toMatchObject({ code: "DATABASE_UNAVAILABLE" });
      await failure.toThrow(/server\.log[\s\S]*no_such_setting[\s\S]*DATABASE_URL/);
    } finally {
      await broken.close();
    }
  });

  test("is given up when the signal says so, and leaves nothing half-made", async () => {
    const empty = await openBench();
    try {
      const controller = new AbortController();
      const opening = openEmbeddedPostgres({
        dataDir: empty.dataDir,
        log,
        extraSettings,
        signal: controller.signal,
      });
      const outcome = expect(opening).rejects.toThrow("changed my mind");
      const home = join(empty.dataDir, "postgres");
      const entries = () => readdir(home).catch(() => []);
      while (!(await entries()).some((name) => name.startsWith("data-unfinished-"))) await delay(5);
      controller.abort(new Error("changed my mind"));
      await outcome;
      expect(await entries()).toEqual([]);
    } finally {
      await empty.close();
    }
  });
});
