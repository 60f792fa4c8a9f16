import { randomBytes } from "node:crypto";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import { type OpenDatabase, openDatabase } from "../../src/open-database.ts";
import type { Role } from "../../src/service.ts";
import { type BenchSandbox, startBenchSandbox } from "./bench-sandbox.ts";
import { type Environment, type Running, startService } from "./processes.ts";

/** A database and a GitHub for processes of the service, in a folder of their own. */
export interface Ground {
  dataDir: string;
  database: OpenDatabase;
  sandbox: BenchSandbox;
  /** Of the internal API, for everything. */
  token: string;
  /** Starts a process of the service here; `closing` stops it. */
  start(role: Role, closing: AsyncDisposableStack, settings?: Environment): Promise<Running>;
}

/** Everything opened is put on `closing`. */
export const openGround = async (closing: AsyncDisposableStack): Promise<Ground> => {
  const dataDir = await mkdtemp(join(tmpdir(), "relyloop-bench-"));
  closing.defer(() => rm(dataDir, { recursive: true, force: true }));
  // As root, the user PostgreSQL runs as has to get through; what is inside has modes of its own.
  await chmod(dataDir, 0o711);
  const settings = { databaseUrl: null, dataDir, production: false };
  const database = await openDatabase(settings, pino({ level: "silent" }));
  closing.defer(() => database.close());
  const sandbox = await startBenchSandbox(dataDir);
  closing.defer(() => sandbox.stop());

  const token = randomBytes(24).toString("hex");
  const environment: Environment = {
    INTERNAL_API_TOKENS: `bench:read+write+metrics:${token}`,
    DATABASE_URL: database.connection.connectionString,
    DATA_DIR: dataDir,
    HOST: "127.0.0.1",
    PORT: "0",
    LOG_LEVEL: "info",
  };
  let started = 0;
  return {
    dataDir,
    database,
    sandbox,
    token,
    start: async (role, until, more = {}) => {
      const logPath = join(dataDir, `${role}-${++started}.log`);
      const running = await startService(role, { ...environment, ...more }, logPath);
      until.defer(() => running.stop());
      return running;
    },
  };
};
