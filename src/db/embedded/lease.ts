import pg from "pg";
import { isDatabaseUnavailable } from "../db-errors.ts";
import { SUPERUSER } from "./create-cluster.ts";
import { errorCode } from "./error-code.ts";

/** One process's use of the server. */
export interface Lease {
  /** Nobody else was using the server when this lease was taken. */
  readonly first: boolean;
  /**
   * Gives the lease back, once. `last`: nobody else uses the server, and who comes now waits until it has stopped.
   */
  leave(): Promise<"last" | "others">;
  /** Ends the connection; after `leave`. */
  end(): Promise<void>;
}

export interface SocketAddress {
  folder: string;
  port: number;
}

export const DATABASE = "relyloop";

const CONNECT_TIMEOUT_MS = 5_000;
/** Longer than a fast and an immediate stop together: that is what the lock is waited for. */
const LOCK_TIMEOUT_MS = 20_000;
/** Any number, as long as it stays the same: it is the name of the advisory lock. */
const USERS_LOCK = 20_261_122;
const DUPLICATE_DATABASE = "42P04";
const UNIQUE_VIOLATION = "23505";

/**
 * Every process that uses the server holds one advisory lock in shared mode, on a connection of its own.
 * PostgreSQL releases it when the process dies, however it dies, so nobody has to guess from files and process ids
 * who is still alive. Who can have the lock exclusively is alone.
 *
 * @returns null when the server accepts no connections: it is starting, stopping, or gone.
 */
export const takeLease = async (address: SocketAddress): Promise<Lease | null> => {
  const client = leaseClient(address);
  try {
    await client.connect();
    const first = await tryExclusive(client);
    await createDatabase(client);
    await client.query("SELECT pg_advisory_lock_shared($1)", [USERS_LOCK]);
    if (first) await client.query("SELECT pg_advisory_unlock($1)", [USERS_LOCK]);
    return leaseOn(client, first, address);
  } catch (error) {
    await endQuietly(client);
    if (isDatabaseUnavailable(error)) return null;
    throw error;
  }
};

const leaseOn = (client: pg.Client, first: boolean, address: SocketAddress): Lease => {
  let current = client;
  let lost = false;
  // PostgreSQL ends all sessions when one of its processes crashes, and goes on.
  client.on("error", () => {
    lost = true;
  });
  return {
    first,
    leave: async () => {
      try {
        if (lost) {
          current = leaseClient(address);
          await current.connect();
        } else {
          await current.query("SELECT pg_advisory_unlock_shared($1)", [USERS_LOCK]);
        }
        return (await tryExclusive(current)) ? "last" : "others";
      } catch (error) {
        // A server that cannot be asked has nobody using it.
        if (isDatabaseUnavailable(error)) return "last";
        throw error;
      }
    },
    end: () => endQuietly(current),
  };
};

const leaseClient = (address: SocketAddress): pg.Client => {
  const client = new pg.Client({
    host: address.folder,
    port: address.port,
    user: SUPERUSER,
    database: "postgres",
    ssl: false,
    application_name: "relyloop-lease",
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    query_timeout: LOCK_TIMEOUT_MS,
  });
  // Without a listener a lost connection would end the process.
  client.on("error", () => undefined);
  return client;
};

const tryExclusive = async (client: pg.Client): Promise<boolean> => {
  const { rows } = await client.query<{ alone: boolean }>("SELECT pg_try_advisory_lock($1) AS alone", [
    USERS_LOCK,
  ]);
  return rows[0]?.alone === true;
};

/** Looked up first: every failed CREATE DATABASE would be a line in the server's log. */
const createDatabase = async (client: pg.Client): Promise<void> => {
  const { rowCount } = await client.query("SELECT 1 FROM pg_database WHERE datname = $1", [DATABASE]);
  if (rowCount !== 0) return;
  try {
    await client.query(`CREATE DATABASE ${DATABASE}`);
  } catch (error) {
    // Another process made it in between; which of the two codes that is depends on how far both were.
    if (![DUPLICATE_DATABASE, UNIQUE_VIOLATION].includes(errorCode(error))) throw error;
  }
};

const endQuietly = async (client: pg.Client): Promise<void> => {
  await client.end().catch(() => undefined);
};
