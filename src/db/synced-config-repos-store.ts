import { sql } from "kysely";
import { v7 as uuidv7 } from "uuid";
import type { ConfigRepoRow, NewConfigRepo } from "./config-repos-store.ts";
import type { Executor } from "./connect.ts";
import { violatedConstraint } from "./db-errors.ts";
import type { ConfigRepoStatus } from "./schema.ts";

/**
 * What a sync does to the config repos of an installation, thousands at once: each function is one statement with a
 * handful of parameters, or two.
 */

/**
 * The rows of these repositories and of this installation, for the caller alone until the end of its transaction. In
 * one order for everybody, so that two syncs can't wait for each other. Rows that refer to them need not wait.
 */
export const lockConfigRepos = (
  trx: Executor,
  installationId: number,
  githubRepoIds: readonly number[],
): Promise<ConfigRepoRow[]> =>
  trx
    .selectFrom("config_repos")
    .selectAll()
    .where(
      sql<boolean>`(auth_ref = ${String(installationId)} or github_repo_id = any(${githubRepoIds}::bigint[]))`,
    )
    .orderBy("github_repo_id")
    .forNoKeyUpdate()
    .execute();

/** Of these names, the ones in use, each with the id of the repository that has it. */
export const findNameHolders = async (
  db: Executor,
  names: readonly string[],
): Promise<Map<string, number>> => {
  const rows = await db
    .selectFrom("config_repos")
    .select(["name", "github_repo_id"])
    .where(sql<boolean>`name = any(${names}::text[])`)
    .execute();
  return new Map(rows.map((row) => [row.name, row.github_repo_id]));
};

/** @throws a unique violation of `config_repos_name_key` or `config_repos_github_repo_id_key`. */
export const insertConfigRepos = async (
  trx: Executor,
  configRepos: readonly NewConfigRepo[],
): Promise<ConfigRepoRow[]> => {
  if (configRepos.length === 0) return [];
  const rows = JSON.stringify(configRepos.map((configRepo) => ({ id: uuidv7(), ...configRepo })));
  const inserted = await sql<ConfigRepoRow>`
    INSERT INTO config_repos (id, name, repo_url, github_repo_id, owner, repo, default_branch, pr_base_branch, auth_ref,
      status, registered_via)
    SELECT id, name, repo_url, github_repo_id, owner, repo, default_branch, pr_base_branch, auth_ref, status,
      registered_via
    FROM jsonb_populate_recordset(null::config_repos, ${rows}::jsonb)
    RETURNING *`.execute(trx);
  return inserted.rows;
};

/** What of a config repo follows GitHub. */
export type SyncedFields = Pick<
  ConfigRepoRow,
  "id" | "name" | "repo_url" | "owner" | "repo" | "default_branch" | "pr_base_branch" | "auth_ref" | "status"
>;

/** @throws a unique violation of `config_repos_name_key` */
export const updateConfigRepos = async (trx: Executor, changes: readonly SyncedFields[]): Promise<void> => {
  if (changes.length === 0) return;
  const rows = JSON.stringify(changes);
  // Names are compared row by row, so two that change places must both have let go of theirs first.
  await sql`
    UPDATE config_repos AS present SET name = 'in transit ' || present.id
    FROM jsonb_populate_recordset(null::config_repos, ${rows}::jsonb) AS next
    WHERE present.id = next.id AND present.name <> next.name`.execute(trx);
  await sql`
    UPDATE config_repos AS present SET name = next.name, repo_url = next.repo_url, owner = next.owner,
      repo = next.repo, default_branch = next.default_branch, pr_base_branch = next.pr_base_branch,
      auth_ref = next.auth_ref, status = next.status, updated_at = now()
    FROM jsonb_populate_recordset(null::config_repos, ${rows}::jsonb) AS next
    WHERE present.id = next.id`.execute(trx);
};

/** Sets a status on an installation's config repos that have one of the others. @returns them, as they are now */
export const setStatusOfInstallation = (
  trx: Executor,
  installationId: number,
  { from, to }: { from: readonly ConfigRepoStatus[]; to: ConfigRepoStatus },
): Promise<ConfigRepoRow[]> =>
  trx
    .updateTable("config_repos")
    .set({ status: to, updated_at: sql<Date>`now()` })
    .where("auth_ref", "=", String(installationId))
    .where("status", "in", from)
    .returningAll()
    .execute();

/** SQLSTATE of a deadlock: one of those who waited for each other was sent away. */
const DEADLOCK_DETECTED = "40P01";

/** Whether somebody else took a name or a repository at this moment: the same change, planned anew, goes through. */
export const isLostRace = (error: unknown): boolean =>
  ["config_repos_name_key", "config_repos_github_repo_id_key"].includes(violatedConstraint(error) ?? "") ||
  (error instanceof Error && "code" in error && error.code === DEADLOCK_DETECTED);
