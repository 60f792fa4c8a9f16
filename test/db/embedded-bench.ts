import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdtemp, readFile, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import pg from "pg";
import { pino } from "pino";
import { type EmbeddedPostgres, openEmbeddedPostgres } from "../../src/db/embedded.ts";

const PROGRAM = fileURLToPath(new URL("embedded-process.ts", import.meta.url));
const EXIT_TIMEOUT_MS = 20_000;

export const log = pino({ level: "silent" });
/** Waiting for the disk would be most of the time of these tests. */
export const extraSettings = { fsync: "off" };

/** Another process that uses the embedded database; see embedded-process.ts. */
export interface EmbeddedProcess {
  connection: EmbeddedPostgres["connection"];
  owned: boolean;
  /** Lets it close the database and waits for its end. */
  end(): Promise<void>;
  /** Kills it and whatever else is in its process group, as a Ctrl-C would reach them all. */
  killGroup(): Promise<void>;
}

export interface RunOptions {
  uid?: number;
  env?: NodeJS.ProcessEnv;
  program?: string;
}

/** A temporary folder for data, and everything that runs on it. */
export interface EmbeddedBench {
  folder: string;
  dataDir: string;
  open(dataDir?: string): Promise<EmbeddedPostgres>;
  run(dataDir?: string, options?: RunOptions): Promise<EmbeddedProcess>;
  serverPid(dataDir?: string): Promise<number>;
  /** Ends what still runs and removes every file, those behind a link too. */
  close(): Promise<void>;
}

/** @param mode of the folder; 0o700 keeps everybody but its owner out. */
export const openBench = async (mode = 0o711): Promise<EmbeddedBench> => {
  const folder = await realpath(await mkdtemp(join(tmpdir(), "relyloop-embedded-")));
  await chmod(folder, mode);
  const dataDir = join(folder, "data");
  const used = new Set<string>();
  const children: ChildProcess[] = [];
  const serverPid = async (dir = dataDir) => {
    const text = await readFile(join(dir, "postgres", "data", "postmaster.pid"), "utf8");
    return Number.parseInt(text, 10);
  };
  return {
    folder,
    dataDir,
    serverPid,
    open: (dir = dataDir) => {
      used.add(dir);
      return openEmbeddedPostgres({ dataDir: dir, log, extraSettings });
    },
    run: async (dir = dataDir, options = {}) => {
      used.add(dir);
      return await runProcess(dir, options, children);
    },
    close: async () => {
      for (const child of children) if (isRunning(child)) await kill(child);
      for (const dir of used) await removeCluster(dir, serverPid);
      await rm(folder, { recursive: true, force: true });
    },
  };
};

const runProcess = async (
  dataDir: string,
  { uid, env = {}, program = PROGRAM }: RunOptions,
  children: ChildProcess[],
): Promise<EmbeddedProcess> => {
  const args = [program, dataDir, ...(uid === undefined ? [] : [String(uid)])];
  const child = spawn(process.execPath, args, {
    detached: true,
    env: { PATH: process.env.PATH, ...env },
    stdio: ["pipe", "pipe", "pipe"],
  });
  children.push(child);
  const errors: string[] = [];
  child.stderr.on("data", (chunk: Buffer) => errors.push(chunk.toString("utf8")));
  const lines = createInterface({ input: child.stdout });
  const [line] = await Promise.race([once(lines, "line"), once(child, "close").then(() => [null])]);
  if (line === null) throw new Error(`the process ended early:\n${errors.join("")}`);
  return {
    ...(JSON.parse(line) as Pick<EmbeddedProcess, "connection" | "owned">),
    end: async () => {
      const ended = once(child, "exit", { signal: AbortSignal.timeout(EXIT_TIMEOUT_MS) });
      child.stdin.end();
      const [code] = await ended;
      if (code !== 0) throw new Error(`the process ended with ${code}:\n${errors.join("")}`);
    },
    killGroup: () => kill(child),
  };
};

const isRunning = (child: ChildProcess): boolean => child.exitCode === null && child.signalCode === null;

const kill = async (child: ChildProcess): Promise<void> => {
  const ended = once(child, "exit", { signal: AbortSignal.timeout(EXIT_TIMEOUT_MS) });
  if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
  await ended;
};

/** A server that lost its users is stopped the way the product does it: by adopting it. */
const removeCluster = async (
  dataDir: string,
  serverPid: (dataDir: string) => Promise<number>,
): Promise<void> => {
  const home = await realpath(join(dataDir, "postgres")).catch(() => null);
  if (home === null) return;
  if (await serverPid(dataDir).catch(() => null)) {
    await (await openEmbeddedPostgres({ dataDir, log })).close();
  }
  await rm(home, { recursive: true, force: true });
};

/** Runs one statement over a connection of its own. */
export const query = async (
  database: Pick<EmbeddedPostgres, "connection">,
  statement: string,
): Promise<unknown[][]> => {
  const client = new pg.Client({ connectionString: database.connection.connectionString });
  await client.connect();
  try {
    return (await client.query({ text: statement, rowMode: "array" })).rows;
  } finally {
    await client.end();
  }
};
