import { type Selectable, sql } from "kysely";
import type { Executor } from "./connect.ts";
import type { InstallationsTable } from "./schema.ts";

export type InstallationRow = Selectable<InstallationsTable>;

/** GitHub's facts about an installation, as its API gave them just now. */
export type InstallationFacts = Pick<
  InstallationRow,
  "id" | "account_login" | "account_id" | "account_type" | "repository_selection" | "permissions" | "status"
>;

/**
 * The time by the database's clock, which all processes share: reads of GitHub made on several machines are put in
 * order by it. In whole milliseconds that have begun: rounded, it could lie behind what is stored after it.
 */
export const readDatabaseTime = async (db: Executor): Promise<Date> => {
  const query = sql<{ now: Date }>`SELECT date_trunc('milliseconds', clock_timestamp()) AS now`;
  const [row] = (await query.execute(db)).rows;
  if (row === undefined) throw new Error("the database gave no time");
  return row.now;
};

/**
 * Stores what GitHub said of an installation at `readAt`, unless a sync read it later, or in the same millisecond;
 * without a time, in any case. An installation is known by GitHub's own id.
 * @returns the row as it is now
 */
export const upsertInstallation = async (
  db: Executor,
  facts: InstallationFacts,
  readAt?: Date,
): Promise<InstallationRow> => {
  const { id, ...values } = asValues(facts);
  await db
    .insertInto("installations")
    .values({ id, ...values })
    .onConflict((conflict) =>
      conflict
        .column("id")
        .doUpdateSet({ ...values, updated_at: sql<Date>`now()` })
        .where(sql<boolean>`coalesce(installations.synced_at < ${readAt ?? null}::timestamptz, true)`),
    )
    .execute();
  return db.selectFrom("installations").selectAll().where("id", "=", id).executeTakeFirstOrThrow();
};

/** Stores what a sync read, where the caller has made sure that it is the latest. */
export const storeSyncedInstallation = async (
  trx: Executor,
  facts: InstallationFacts,
  readAt: Date,
): Promise<void> => {
  const { id, ...rest } = asValues(facts);
  const values = { ...rest, synced_at: readAt };
  await trx
    .insertInto("installations")
    .values({ id, ...values })
    .onConflict((conflict) => conflict.column("id").doUpdateSet({ ...values, updated_at: sql<Date>`now()` }))
    .execute();
};

const asValues = ({ permissions, ...rest }: InstallationFacts) => ({
  ...rest,
  permissions: JSON.stringify(permissions),
});

/** The app is not there any more; what else was known of it stays. */
export const endInstallation = async (trx: Executor, id: number, readAt: Date): Promise<void> => {
  await trx
    .updateTable("installations")
    .set({ status: "deleted", synced_at: readAt, updated_at: sql<Date>`now()` })
    .where("id", "=", id)
    .execute();
};

export const findInstallation = (db: Executor, id: number): Promise<InstallationRow | undefined> =>
  db.selectFrom("installations").selectAll().where("id", "=", id).executeTakeFirst();

/** The same, for the caller alone until the end of its transaction. */
export const lockInstallation = (trx: Executor, id: number): Promise<InstallationRow | undefined> =>
  trx.selectFrom("installations").selectAll().where("id", "=", id).forUpdate().executeTakeFirst();

export const findInstallations = (db: Executor, ids: readonly number[]): Promise<InstallationRow[]> =>
  db.selectFrom("installations").selectAll().where(sql<boolean>`id = any(${ids}::bigint[])`).execute();

/** Ids of those that are there as far as we know, suspended ones too. */
export const listPresentInstallations = async (db: Executor, limit: number): Promise<number[]> => {
  const rows = await db
    .selectFrom("installations")
    .select("id")
    .where("status", "<>", "deleted")
    .orderBy("id")
    .limit(limit)
    .execute();
  return rows.map(({ id }) => id);
};
