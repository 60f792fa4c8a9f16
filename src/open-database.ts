import type pg from "pg";
import type { Logger } from "pino";
import type { Config } from "./config.ts";
import { type Connection, connect, type Db } from "./db/connect.ts";
import { openEmbeddedPostgres } from "./db/embedded.ts";
import { migrate, schemaState } from "./db/migrate.ts";

export interface OpenDatabase {
  connection: Connection;
  db: Db;
  pool: pg.Pool;
  /** Closes the pool; the last process to leave an embedded database stops it. */
  close(): Promise<void>;
}

/**
 * Opens the database of the settings. Outside production a schema that is behind is brought up to date here; in
 * production that is the release step's business (`npm start migrate`).
 * @throws Error when the schema is not this version's
 */
export const openDatabase = async (
  config: Pick<Config, "databaseUrl" | "dataDir" | "production">,
  log: Logger,
): Promise<OpenDatabase> => {
  const embedded =
    config.databaseUrl === null ? await openEmbeddedPostgres({ dataDir: config.dataDir, log }) : null;
  const connection = { connectionString: embedded?.connection.connectionString ?? config.databaseUrl ?? "" };
  const { db, pool } = connect(connection, (err) => log.warn({ err }, "a database connection was lost"));
  const close = async () => {
    await db.destroy();
    await embedded?.close();
  };
  try {
    if (!config.production) await migrate(connection);
    await requireCurrentSchema(pool);
    return { connection, db, pool, close };
  } catch (error) {
    await close();
    throw error;
  }
};

const requireCurrentSchema = async (pool: pg.Pool): Promise<void> => {
  const state = await schemaState(pool);
  switch (state.kind) {
    case "current":
      return;
    case "behind":
      throw new Error(
        `The database lacks the migrations ${state.missing.join(", ")}. Run: npm start migrate`,
      );
    case "ahead":
      throw new Error(
        `The database was migrated by a newer version of this program (${state.unknown.join(", ")}). Deploy that version.`,
      );
    default:
      throw new TypeError(`unknown state ${state satisfies never}`);
  }
};
