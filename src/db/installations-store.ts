import { type Selectable, sql } from "kysely";
import type { Executor } from "./connect.ts";
import type { InstallationsTable } from "./schema.ts";

export type InstallationRow = Selectable<InstallationsTable>;

/** GitHub's facts about an installation, as its API gave them just now. */
export type InstallationFacts = Pick<
  InstallationRow,
  "id" | "account_login" | "account_id" | "account_type" | "repository_selection" | "permissions" | "status"
>;

/** Stores what GitHub said last; an installation is known by GitHub's own id. */
export const upsertInstallation = async (db: Executor, facts: InstallationFacts): Promise<void> => {
  const { id, permissions, ...rest } = facts;
  const values = { ...rest, permissions: JSON.stringify(permissions) };
  await db
    .insertInto("installations")
    .values({ id, ...values })
    .onConflict((conflict) => conflict.column("id").doUpdateSet({ ...values, updated_at: sql<Date>`now()` }))
    .execute();
};

export const findInstallation = (db: Executor, id: number): Promise<InstallationRow | undefined> =>
  db.selectFrom("installations").selectAll().where("id", "=", id).executeTakeFirst();
