import { createHash } from "node:crypto";
import { Kysely, PostgresDialect, type PostgresPool, type PostgresPoolClient } from "kysely";
import type pg from "pg";
import type { Db } from "./connect.ts";
import type { Database } from "./schema.ts";

/** Whoever sends more different texts than this has them planned each time. */
const STATEMENTS_MAX = 50;

/**
 * The same pool for callers whose statements are few and always the same, such as the intake of webhooks: PostgreSQL
 * plans each once for every connection, where planning would cost more than running it
 * (https://node-postgres.com/features/queries#prepared-statements). Values belong in parameters, never in the text.
 */
export const prepared = (pool: pg.Pool): Db => {
  const names = new Map<string, string>();
  const nameOf = (text: string): string | undefined => {
    const known = names.get(text);
    if (known !== undefined || names.size >= STATEMENTS_MAX) return known;
    const name = createHash("sha256").update(text).digest("hex").slice(0, 32);
    names.set(text, name);
    return name;
  };
  const clients = new WeakMap<pg.PoolClient, PostgresPoolClient>();
  const clientOf = (client: pg.PoolClient): PostgresPoolClient => {
    const known = clients.get(client);
    if (known !== undefined) return known;
    const query = (text: string, values: readonly unknown[]) => {
      const name = values.length === 0 ? undefined : nameOf(text);
      return client.query({ text, values: [...values], ...(name !== undefined && { name }) });
    };
    const release = (destroy?: boolean) => client.release(destroy);
    // Kysely's type has cursors too, which nobody here asks for.
    const made: PostgresPoolClient = { query: query as never, release };
    clients.set(client, made);
    return made;
  };
  const shared: PostgresPool = {
    options: pool.options,
    connect: async () => clientOf(await pool.connect()),
    // It belongs to whoever opened it.
    end: async () => undefined,
  };
  return new Kysely<Database>({ dialect: new PostgresDialect({ pool: shared }) });
};
