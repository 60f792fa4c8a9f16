import { sql } from "kysely";
import type { TestService } from "../../test/support/start-service.ts";

const QUIET_TIMEOUT_MS = 60_000;
const POLL_MS = 20;

/** One digest for each table. */
export type Digest = ReadonlyMap<string, string>;

type Service = Pick<TestService, "db"> & {
  sandbox: { hooks: Pick<TestService["sandbox"]["hooks"], "idle"> };
};

/**
 * Stops the clockwork: what a schedule writes no request asked for. What a request leads to goes on: jobs of every kind.
 */
export const stopSchedules = async ({ db }: Pick<TestService, "db">): Promise<void> => {
  await sql`DELETE FROM pgboss.schedule`.execute(db);
};

/** Waits until no job waits or runs and GitHub has nothing to tell. */
export const untilQuiet = async ({ db, sandbox }: Service): Promise<void> => {
  const deadline_ms = performance.now() + QUIET_TIMEOUT_MS;
  for (;;) {
    await sandbox.hooks.idle();
    const { rows } = await sql<{ name: string }>`
      SELECT name FROM pgboss.job WHERE state IN ('created', 'retry', 'active')`.execute(db);
    if (rows.length === 0) return;
    if (performance.now() > deadline_ms)
      throw new Error(`still under way: ${rows.map(({ name }) => name).join(", ")}`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
};

/**
 * A digest of every row the service keeps: all of its own tables, and every column of the jobs. Beside it pg-boss notes
 * for itself when it last looked after its queues, which is left out.
 */
export const digestRows = async ({ db }: Pick<TestService, "db">): Promise<Digest> => {
  const { rows: tables } = await sql<{ table: string }>`
    SELECT tablename AS table FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename`.execute(db);
  const digests = [...tables.map(({ table }) => `public.${table}`), "pgboss.job"].map(
    (table) => sql`
      SELECT ${table}::text AS "table", coalesce(md5(string_agg(row::text, ' ' ORDER BY row::text)), '') AS digest
      FROM ${sql.table(table)} AS row`,
  );
  const { rows } = await sql<{
    table: string;
    digest: string;
  }>`${sql.join(digests, sql` UNION ALL `)}`.execute(db);
  return new Map(rows.map(({ table, digest }) => [table, digest]));
};

export const changedTables = (before: Digest, after: Digest): string[] =>
  [...after].flatMap(([table, digest]) => (before.get(table) === digest ? [] : [table]));
