import type { Selectable } from "kysely";
import type { Executor } from "./connect.ts";
import type { ClustersTable, ConfigReposTable, InstallationsTable } from "./schema.ts";

export interface RepoTarget {
  configRepo: Selectable<ConfigReposTable> | undefined;
  /** The one `auth_ref` points at. */
  installation: Selectable<InstallationsTable> | undefined;
}

/** Where a cluster's configuration lives: its config repo and the installation that reaches it. */
export interface Target extends RepoTarget {
  cluster: Selectable<ClustersTable>;
}

export const findTarget = async (db: Executor, clusterId: string): Promise<Target | undefined> => {
  const cluster = await db.selectFrom("clusters").selectAll().where("id", "=", clusterId).executeTakeFirst();
  if (cluster === undefined) return undefined;
  if (cluster.config_repo_id === null) return { cluster, configRepo: undefined, installation: undefined };
  return { cluster, ...(await findRepoTarget(db, cluster.config_repo_id)) };
};

export const findRepoTarget = async (db: Executor, configRepoId: string): Promise<RepoTarget> => {
  const configRepo = await db
    .selectFrom("config_repos")
    .selectAll()
    .where("id", "=", configRepoId)
    .executeTakeFirst();
  if (configRepo === undefined) return { configRepo, installation: undefined };
  const installation = await db
    .selectFrom("installations")
    .selectAll()
    .where("id", "=", Number(configRepo.auth_ref))
    .executeTakeFirst();
  return { configRepo, installation };
};
