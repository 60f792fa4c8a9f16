import { readdir, readFile, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { sql } from "kysely";
import type { LeakWorld } from "../leak-world.ts";
import type { Seen, Surface } from "../surface.ts";

/** What stays when every process has ended. */
export const storedSurfaces = ({ db, folders }: Pick<LeakWorld, "db" | "folders">): Surface[] => [
  {
    name: "tables",
    async *read() {
      for (const table of await tablesOf(db)) yield* cellsOf(db, table);
    },
    plant: async (text) => {
      await sql`CREATE SCHEMA planted`.execute(db);
      await sql`CREATE TABLE planted.notes AS SELECT 1 AS id, ${sql.lit(text)} AS note`.execute(db);
      return "planted.notes.note";
    },
  },
  {
    name: "files",
    async *read() {
      for (const folder of Object.values(folders)) yield* filesOf(folder);
    },
    plant: async (text) => {
      await writeFile(join(folders.service, "tmp", "planted"), text);
      return "service/tmp/planted";
    },
  },
];

interface Table {
  schema: string;
  name: string;
}

/** Every table with rows of its own in any schema but PostgreSQL's: ours, the queue's, and those nobody thought of. */
const tablesOf = async (db: LeakWorld["db"]): Promise<Table[]> => {
  const { rows } = await sql<Table>`
    SELECT nspname AS schema, relname AS name FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
    WHERE relkind IN ('r', 'm') AND nspname <> 'information_schema' AND nspname NOT LIKE 'pg\\_%'
    ORDER BY 1, 2`.execute(db);
  return rows;
};

/** As JSON writes them: bytes come as hex, which is looked for too. */
async function* cellsOf(db: LeakWorld["db"], { schema, name }: Table): AsyncGenerator<Seen> {
  const { rows } = await sql<{ cells: Record<string, unknown> }>`
    SELECT to_jsonb(row) AS cells FROM ${sql.table(`${schema}.${name}`)} AS row`.execute(db);
  for (const { cells } of rows) {
    for (const [column, value] of Object.entries(cells)) {
      const text = typeof value === "string" ? value : JSON.stringify(value);
      yield { place: `${schema}.${name}.${column}`, bytes: Buffer.from(text) };
    }
  }
}

/**
 * GitHub's own, which are looked at elsewhere or hold what only GitHub has: its records and repositories are read by
 * what is in them, and `sandbox-secrets` is the exception docs/security.md names.
 */
const ELSEWHERE = ["github/sandbox/state.json", "github/sandbox/repos", "github/sandbox-secrets"];

async function* filesOf(folder: string): AsyncGenerator<Seen> {
  const root = join(folder, "..");
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    const place = relative(root, path);
    yield { place: "names", bytes: Buffer.from(place) };
    if (!entry.isFile() || ELSEWHERE.some((other) => place === other || place.startsWith(`${other}/`)))
      continue;
    yield { place, bytes: await readFile(path) };
  }
}
