import { sql } from "kysely";
import type { Db } from "../../src/db/connect.ts";
import type { NotConfiguredReason } from "../../src/errors.ts";
import { notConfiguredReason } from "../../src/registry/not-configured.ts";

/** Where a cluster leads, as the tables have it. */
export interface Standing {
  configRepoId: string | null;
  /** Why the app can't write there; null: it can. */
  reason: NotConfiguredReason | null;
  /** Another one whenever something of it changed, and the event number at that moment. */
  version: string;
}

/** The number of the last event that is committed. */
export const lastSeq = async (db: Db): Promise<number> => {
  const row = await db
    .selectFrom("proposal_events")
    .select((eb) => eb.fn.max("seq").as("last"))
    .executeTakeFirst();
  return Number(row?.last ?? 0);
};

export const standingOf = async (db: Db, clusterId: string): Promise<Standing> => {
  const row = await db
    .selectFrom("clusters")
    .leftJoin("config_repos", "config_repos.id", "clusters.config_repo_id")
    .leftJoin("installations", (join) =>
      join.on(sql<boolean>`installations.id::text = config_repos.auth_ref`),
    )
    .select([
      "config_repos.id as configRepoId",
      "config_repos.status as repoStatus",
      "installations.status as installationStatus",
      "installations.permissions",
      sql<string>`concat_ws(' ', config_repos.id, config_repos.updated_at, config_repos.auth_ref, installations.updated_at)`.as(
        "version",
      ),
    ])
    .where("clusters.id", "=", clusterId)
    .executeTakeFirstOrThrow();
  const { configRepoId, repoStatus, installationStatus, permissions, version } = row;
  if (configRepoId === null || repoStatus === null) return { configRepoId: null, reason: null, version };
  const installation =
    installationStatus === null || permissions === null
      ? undefined
      : { status: installationStatus, permissions: permissions as Record<string, string> };
  const reason = notConfiguredReason({ credentials: true, installation, configRepo: { status: repoStatus } });
  return { configRepoId, reason, version };
};
