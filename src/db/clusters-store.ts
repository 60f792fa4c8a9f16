import type { Selectable } from "kysely";
import { v7 as uuidv7 } from "uuid";
import type { Executor } from "./connect.ts";
import { type Page, type PageRequest, readPage } from "./pages.ts";
import type { ClustersTable } from "./schema.ts";

export type ClusterRow = Selectable<ClustersTable>;
export type NewCluster = Omit<ClusterRow, "id" | "created_at">;
export type ClusterChanges = Partial<Pick<ClusterRow, "name" | "config_repo_id" | "config_path">>;

/** @throws a unique violation of `clusters_name_key`, a foreign key violation of `config_repo_id`. */
export const insertCluster = (db: Executor, cluster: NewCluster): Promise<ClusterRow> =>
  db
    .insertInto("clusters")
    .values({ id: uuidv7(), ...cluster })
    .returningAll()
    .executeTakeFirstOrThrow();

/** Changes what is given, and nothing when nothing is. @throws as {@link insertCluster} does */
export const updateCluster = (
  db: Executor,
  id: string,
  changes: ClusterChanges,
): Promise<ClusterRow | undefined> =>
  Object.values(changes).every((value) => value === undefined)
    ? findCluster(db, id)
    : db.updateTable("clusters").set(changes).where("id", "=", id).returningAll().executeTakeFirst();

export const findCluster = (db: Executor, id: string): Promise<ClusterRow | undefined> =>
  db.selectFrom("clusters").selectAll().where("id", "=", id).executeTakeFirst();

export const findClusters = async (db: Executor, ids: string[]): Promise<Map<string, ClusterRow>> => {
  if (ids.length === 0) return new Map();
  const rows = await db.selectFrom("clusters").selectAll().where("id", "in", ids).execute();
  return new Map(rows.map((row) => [row.id, row]));
};

export const listClusters = async (db: Executor, page: PageRequest): Promise<Page<ClusterRow>> => {
  const query = db.selectFrom("clusters");
  const { total } = await query
    .select((eb) => eb.fn.countAll<number>().as("total"))
    .executeTakeFirstOrThrow();
  return readPage(query.selectAll(), "clusters", page, total);
};
