import type { Sandbox } from "../../sandbox/sandbox.ts";
import type { RepositoryView } from "../../sandbox/world.ts";
import { insertConfigRepo } from "../../src/db/config-repos-store.ts";
import type { Db } from "../../src/db/connect.ts";
import { upsertInstallation } from "../../src/db/installations-store.ts";

/**
 * Writes down a repository of the sandbox and its installation, where no service is there to register them.
 * @param permissions what the installation grants, where that is not what it does on GitHub
 */
export const registerRepository = async (
  db: Db,
  sandbox: Pick<Sandbox, "installation">,
  repository: RepositoryView,
  permissions?: Record<string, string>,
): Promise<{ id: string; installationId: number }> => {
  const { owner } = repository;
  const installation = sandbox.installation(owner);
  if (installation === undefined) throw new Error(`the app is not installed on ${owner}`);
  await upsertInstallation(db, {
    id: installation.id,
    account_login: owner,
    account_id: installation.account_id,
    account_type: "Organization",
    repository_selection: "all",
    permissions: permissions ?? installation.permissions,
    status: "active",
  });
  const { id } = await insertConfigRepo(db, {
    name: repository.full_name,
    repo_url: repository.html_url,
    github_repo_id: repository.id,
    owner,
    repo: repository.name,
    default_branch: "main",
    pr_base_branch: "main",
    auth_ref: String(installation.id),
    status: "active",
    registered_via: "api",
  });
  return { id, installationId: installation.id };
};
