import { Kysely, PostgresDialect, sql, type Transaction } from "kysely";
import pg from "pg";
import { kyselyPool } from "./kysely-pool.ts";
import type { Database } from "./schema.ts";

export type Db = Kysely<Database>;
/** What a store function needs: the pool, or the caller's transaction. */
export type Executor = Db | Transaction<Database>;

/** How to reach a database: an address, or the socket folder of the embedded one. */
export interface Connection {
  connectionString: string;
}

const POOL_CONNECTIONS_MAX = 10;
const CONNECT_TIMEOUT_MS = 5_000;
const STATEMENT_TIMEOUT_MS = 30_000;
/** A server that vanished keeps no time limit of its own. */
export const QUERY_TIMEOUT_MS = STATEMENT_TIMEOUT_MS + 5_000;
/** A transaction here holds row locks other requests wait for, so none may sit idle. */
const IDLE_IN_TRANSACTION_TIMEOUT_MS = 30_000;

/** GitHub's ids and event numbers stay far below 2^53; one beyond would be silently wrong, so it is refused. */
const parseInt8 = (text: string): number => {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError(`bigint ${text} does not fit a double`);
  return value;
};

const typeParser = (oid: number, format?: "text" | "binary") =>
  oid === pg.types.builtins.INT8 ? parseInt8 : pg.types.getTypeParser(oid, format);

/**
 * Opens a pool. `onError` hears of connections that are lost (a database restart): without a listener Node
 * would end the process.
 */
export const connect = (
  connection: Connection,
  onError: (error: Error) => void,
): { db: Db; pool: pg.Pool } => {
  const pool = new pg.Pool({
    connectionString: connection.connectionString,
    max: POOL_CONNECTIONS_MAX,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    statement_timeout: STATEMENT_TIMEOUT_MS,
    query_timeout: QUERY_TIMEOUT_MS,
    keepAlive: true,
    // Once everything is closed, a connection that was idle must not keep the process for another 10 s.
    allowExitOnIdle: true,
    idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_TIMEOUT_MS,
    application_name: "relyloop-github-app",
    types: { getTypeParser: typeParser as typeof pg.types.getTypeParser },
  });
  pool.on("error", onError);
  // While a client is checked out the pool does not listen to it; the query that fails tells its caller anyway.
  pool.on("connect", (client) => client.on("error", onError));
  return { db: new Kysely<Database>({ dialect: new PostgresDialect({ pool: kyselyPool(pool) }) }), pool };
};

/** Whether it can be written to: a standby, such as one a failover has not promoted yet, cannot. One round trip. */
export const takesWrites = async (db: Db): Promise<boolean> => {
  const readOnly = sql<{ is: boolean }>`SELECT current_setting('transaction_read_only')::boolean AS is`;
  return (await readOnly.execute(db)).rows[0]?.is === false;
};
