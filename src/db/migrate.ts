import { readdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { runner } from "node-pg-migrate";
import pg from "pg";
import { PgBoss } from "pg-boss";
import { ensureQueues } from "../queue/queues.ts";
import type { Connection } from "./connect.ts";

const MIGRATIONS_DIR = fileURLToPath(new URL("../../migrations", import.meta.url));
const MIGRATIONS_TABLE = "schema_migrations";
const LOCK_WAIT_TIMEOUT_MS = 60_000;

/**
 * Runs the plain-SQL migrations under an advisory lock (a second migrator waits), then pg-boss's own.
 * @returns the names of the migrations that ran.
 */
export const migrate = async (connection: Connection, direction: "up" | "down" = "up"): Promise<string[]> => {
  const client = new pg.Client({
    connectionString: connection.connectionString,
    application_name: "relyloop-migrate",
    lock_timeout: LOCK_WAIT_TIMEOUT_MS,
  });
  await client.connect();
  try {
    const ran = await runner({
      dbClient: client,
      dir: MIGRATIONS_DIR,
      migrationsTable: MIGRATIONS_TABLE,
      direction,
      count: Number.POSITIVE_INFINITY,
      advisoryLockMode: "wait",
      log: () => undefined,
    });
    if (direction === "up") await prepareQueues(connection);
    return ran.map((migration) => migration.name);
  } finally {
    await client.end();
  }
};

const prepareQueues = async (connection: Connection): Promise<void> => {
  const boss = new PgBoss({
    connectionString: connection.connectionString,
    max: 2,
    supervise: false,
    schedule: false,
    registerInstance: false,
  });
  boss.on("error", () => undefined);
  await boss.start();
  try {
    await ensureQueues(boss);
  } finally {
    await boss.stop({ graceful: false });
  }
};

export type SchemaState =
  | { kind: "current" }
  /** Migrations of this version that have not run: `npm start migrate`. */
  | { kind: "behind"; missing: string[] }
  /** The database was migrated by a newer version of this program. */
  | { kind: "ahead"; unknown: string[] };

/** Compares the migrations that ran with the files of this version. */
export const schemaState = async (pool: pg.Pool): Promise<SchemaState> => {
  const files = (await readdir(MIGRATIONS_DIR)).filter((file) => file.endsWith(".sql"));
  const known = files.map((file) => file.replace(/\.sql$/, "")).sort();
  const { rows } = await pool.query<{ there: string | null }>("SELECT to_regclass($1) AS there", [
    MIGRATIONS_TABLE,
  ]);
  if (rows[0]?.there == null) return { kind: "behind", missing: known };
  const result = await pool.query<{ name: string }>(`SELECT name FROM ${MIGRATIONS_TABLE}`);
  const ran = new Set(result.rows.map((row) => row.name));
  const missing = known.filter((name) => !ran.has(name));
  if (missing.length > 0) return { kind: "behind", missing };
  const unknown = [...ran].filter((name) => !known.includes(name)).sort();
  return unknown.length > 0 ? { kind: "ahead", unknown } : { kind: "current" };
};
