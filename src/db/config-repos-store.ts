import { type Selectable, sql } from "kysely";
import { v7 as uuidv7 } from "uuid";
import type { Executor } from "./connect.ts";
import { type Page, type PageRequest, readPage } from "./pages.ts";
import type { ConfigReposTable } from "./schema.ts";

export type ConfigRepoRow = Selectable<ConfigReposTable>;

export type NewConfigRepo = Pick<
  ConfigRepoRow,
  | "name"
  | "repo_url"
  | "github_repo_id"
  | "owner"
  | "repo"
  | "default_branch"
  | "pr_base_branch"
  | "auth_ref"
  | "status"
  | "registered_via"
>;

/** @throws a unique violation of `config_repos_name_key` or `config_repos_github_repo_id_key`. */
export const insertConfigRepo = (db: Executor, configRepo: NewConfigRepo): Promise<ConfigRepoRow> =>
  db
    .insertInto("config_repos")
    .values({ id: uuidv7(), ...configRepo })
    .returningAll()
    .executeTakeFirstOrThrow();

export const findConfigRepo = (db: Executor, id: string): Promise<ConfigRepoRow | undefined> =>
  db.selectFrom("config_repos").selectAll().where("id", "=", id).executeTakeFirst();

export const findConfigRepoByName = (db: Executor, name: string): Promise<ConfigRepoRow | undefined> =>
  db.selectFrom("config_repos").selectAll().where("name", "=", name).executeTakeFirst();

/** The numeric id stays when a repository is renamed or transferred. */
export const findConfigRepoByGithubId = (
  db: Executor,
  githubRepoId: number,
): Promise<ConfigRepoRow | undefined> =>
  db.selectFrom("config_repos").selectAll().where("github_repo_id", "=", githubRepoId).executeTakeFirst();

/** GitHub doesn't tell cases apart in names of owners and repositories. */
export const findConfigRepoByAddress = (
  db: Executor,
  address: { owner: string; repo: string },
): Promise<ConfigRepoRow | undefined> =>
  db
    .selectFrom("config_repos")
    .selectAll()
    .where(sql<boolean>`lower(owner) = lower(${address.owner}) and lower(repo) = lower(${address.repo})`)
    .orderBy("created_at", "desc")
    .limit(1)
    .executeTakeFirst();

/** The rows of these repositories, in no order. */
export const listConfigReposByGithubIds = (
  db: Executor,
  githubRepoIds: readonly number[],
): Promise<ConfigRepoRow[]> =>
  db
    .selectFrom("config_repos")
    .selectAll()
    .where(sql<boolean>`github_repo_id = any(${githubRepoIds}::bigint[])`)
    .execute();

/** By name. `auth_ref` is the installation's id in decimal. */
export const listConfigReposOfInstallation = (
  db: Executor,
  installationId: number,
  limit: number,
): Promise<ConfigRepoRow[]> =>
  db
    .selectFrom("config_repos")
    .selectAll()
    .where("auth_ref", "=", String(installationId))
    .orderBy("name")
    .limit(limit)
    .execute();

export const setPrBaseBranch = (
  db: Executor,
  id: string,
  branch: string,
): Promise<ConfigRepoRow | undefined> =>
  db
    .updateTable("config_repos")
    .set({ pr_base_branch: branch, updated_at: sql<Date>`now()` })
    .where("id", "=", id)
    .returningAll()
    .executeTakeFirst();

export const listConfigRepos = async (db: Executor, page: PageRequest): Promise<Page<ConfigRepoRow>> => {
  const query = db.selectFrom("config_repos");
  const { total } = await query
    .select((eb) => eb.fn.countAll<number>().as("total"))
    .executeTakeFirstOrThrow();
  return readPage(query.selectAll(), "config_repos", page, total);
};
