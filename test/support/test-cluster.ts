import { spawn } from "node:child_process";
import { chmod, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { pino } from "pino";
import { isAlive } from "../../src/db/embedded/find-server.ts";
import type { ServerSettings } from "../../src/db/embedded/start-server.ts";
import { openEmbeddedPostgres } from "../../src/db/embedded.ts";

export interface TestCluster {
  adminUrl: string;
  /** Ends the server and waits until it is gone: as in a restart (fast), or as the kernel does when memory is short. */
  end(how: "fast" | "killed"): Promise<void>;
  /** Starts it on what `end` left. */
  startAgain(): Promise<void>;
  stop(): Promise<void>;
}

const END_TIMEOUT_MS = 10_000;
const END_POLL_MS = 10;

/** What is lost in a crash is of no use to anybody, so nothing waits for the disk. */
const SETTINGS = {
  fsync: "off",
  synchronous_commit: "off",
  full_page_writes: "off",
  max_connections: "300",
};

/** Starts an embedded PostgreSQL in a temporary folder. Both go with the process, however it ends. */
export const startTestCluster = async (extraSettings: ServerSettings = SETTINGS): Promise<TestCluster> => {
  const dataDir = await mkdtemp(join(tmpdir(), "relyloop-test-"));
  // As root, the user PostgreSQL runs as has to get through; what is inside has modes of its own.
  await chmod(dataDir, 0o711);
  const guard = guardAgainstDeath(dataDir);
  const remove = async () => {
    await rm(dataDir, { recursive: true, force: true });
    guard.dismiss();
  };
  try {
    const log = pino({ level: "silent" });
    const open = () => openEmbeddedPostgres({ dataDir, log, extraSettings });
    let opened = await open();
    return {
      adminUrl: opened.connection.connectionString,
      end: (how) => endServer(dataDir, how === "fast" ? "SIGINT" : "SIGKILL"),
      startAgain: async () => {
        opened = await open();
      },
      stop: async () => {
        await opened.close();
        await remove();
      },
    };
  } catch (error) {
    await remove();
    throw error;
  }
};

const endServer = async (dataDir: string, signal: NodeJS.Signals): Promise<void> => {
  const pid = Number.parseInt(await readFile(join(dataDir, "postgres/data/postmaster.pid"), "utf8"), 10);
  process.kill(pid, signal);
  const deadline_ms = performance.now() + END_TIMEOUT_MS;
  while (isAlive(pid)) {
    if (performance.now() > deadline_ms) throw new Error(`PostgreSQL (process ${pid}) does not end`);
    await sleep(END_POLL_MS);
  }
};

/**
 * Vitest runs no tear-down when it is interrupted, and nobody runs one after a `kill -9`. A shell in a session of
 * its own reads from a pipe only we can write to: end of file means that we are gone.
 */
const guardAgainstDeath = (dataDir: string): { dismiss(): void } => {
  const script = `read -r word && exit
pid=$(head -n 1 "$0/postgres/data/postmaster.pid") && kill -QUIT "$pid"
for try in 1 2 3 4 5 6 7 8 9 10; do [ -e "$0/postgres/data/postmaster.pid" ] && sleep 0.5; done
rm -rf "$0"`;
  const shell = spawn("/bin/sh", ["-c", script, dataDir], {
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
  });
  shell.unref();
  return {
    dismiss: () => {
      shell.stdin.end("dismissed\n");
    },
  };
};
