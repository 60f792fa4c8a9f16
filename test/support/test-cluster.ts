import { spawn } from "node:child_process";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import { openEmbeddedPostgres } from "../../src/db/embedded.ts";

export interface TestCluster {
  adminUrl: string;
  stop(): Promise<void>;
}

/** What is lost in a crash is of no use to anybody, so nothing waits for the disk. */
const SETTINGS = {
  fsync: "off",
  synchronous_commit: "off",
  full_page_writes: "off",
  max_connections: "300",
};

/** Starts an embedded PostgreSQL in a temporary folder. Both go with the process, however it ends. */
export const startTestCluster = async (): Promise<TestCluster> => {
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
    const opened = await openEmbeddedPostgres({ dataDir, log, extraSettings: SETTINGS });
    return {
      adminUrl: opened.connection.connectionString,
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
