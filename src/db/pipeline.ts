import { createHash } from "node:crypto";
import { Kysely, PostgresDialect, type PostgresPoolClient } from "kysely";
import pg from "pg";
import type { Db } from "./connect.ts";
import type { Database } from "./schema.ts";

/** Of one connection. Whoever sends more different texts than this has the further ones planned each time. */
const STATEMENTS_MAX = 50;

/** Transactions for callers whose statements are few, always the same, and many a second: the intake of webhooks. */
export interface Pipeline {
  /**
   * Runs a transaction. Statements that are sent without waiting for each other travel together, the beginning of the
   * transaction too; all of them have to be waited for. It is undone when `work` throws.
   */
  transaction<T>(work: (trx: Db) => Promise<T>): Promise<T>;
  /** Safe to call twice. */
  close(): Promise<void>;
}

/**
 * Opens connections of its own, like those of the pool. On them a statement is sent while earlier ones are on their way
 * (https://www.postgresql.org/docs/current/libpq-pipeline-mode.html explains the idea), and PostgreSQL plans each only
 * once, where planning would cost more than running it. Values belong in parameters, never in the text.
 */
export const openPipeline = (like: Pick<pg.Pool, "options">, connections_max: number): Pipeline => {
  const pool = new pg.Pool({ ...like.options, pipeline: true, max: connections_max });
  // Whoever is using a connection that is lost hears of it by their statement.
  pool.on("error", () => undefined);
  pool.on("connect", (client) => client.on("error", () => undefined));
  let closed: Promise<void> | undefined;
  const handles = new WeakMap<pg.PoolClient, Db>();
  const handleOf = (client: pg.PoolClient): Db => {
    const handle = handles.get(client) ?? createHandle(client);
    handles.set(client, handle);
    return handle;
  };

  return {
    transaction: async (work) => {
      const client = await pool.connect();
      let broken = false;
      try {
        const begun = client.query("BEGIN");
        begun.catch(() => undefined);
        const result = await work(handleOf(client));
        await begun;
        const { command } = await client.query("COMMIT");
        // What PostgreSQL answers where a statement had failed and its error went no further.
        if (command !== "COMMIT") throw new Error("the transaction was undone");
        return result;
      } catch (error) {
        await client.query("ROLLBACK").catch(() => {
          broken = true;
        });
        throw error;
      } finally {
        client.release(broken);
      }
    },
    close: () => {
      closed ??= pool.end();
      return closed;
    },
  };
};

/** Kysely over one connection, which sends each statement at once. */
const createHandle = (client: pg.PoolClient): Db => {
  const names = new Map<string, string>();
  const nameOf = (text: string): string | undefined => {
    const known = names.get(text);
    if (known !== undefined || names.size >= STATEMENTS_MAX) return known;
    const name = createHash("sha256").update(text).digest("hex").slice(0, 32);
    names.set(text, name);
    return name;
  };
  const query = (text: string, values: readonly unknown[]) => {
    const name = nameOf(text);
    return client.query({ text, values: [...values], ...(name !== undefined && { name }) });
  };
  // It is given back when the transaction ends. Kysely's type has cursors too, which nobody here asks for.
  const connection: PostgresPoolClient = { query: query as never, release: () => undefined };
  const pool = { options: {}, connect: async () => connection, end: async () => undefined };
  return new Kysely<Database>({ dialect: new PostgresDialect({ pool }) });
};
