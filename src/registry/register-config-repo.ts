import {
  type ConfigRepoRow,
  findConfigRepoByAddress,
  findConfigRepoByGithubId,
  findConfigRepoByName,
  insertConfigRepo,
  type NewConfigRepo,
} from "../db/config-repos-store.ts";
import type { Db } from "../db/connect.ts";
import { violatedConstraint } from "../db/db-errors.ts";
import { upsertInstallation } from "../db/installations-store.ts";
import { AppError } from "../errors.ts";
import { type GithubHost, parseRepoUrl } from "../github/host.ts";
import type { Installation, RepositoryInfo } from "../github/installation.ts";
import { askGithub, type GithubLookup } from "./github-lookup.ts";
import { NOT_CONFIGURED_ADVICE } from "./not-configured-advice.ts";

export interface Registration {
  name: string;
  repo_url: string;
  /** GitHub's own when it is not given. */
  default_branch?: string | undefined;
  /** The default branch when it is not given. */
  pr_base_branch?: string | undefined;
  /** The installation's id in decimal; anything else finds no installation. */
  auth_ref: string;
}

interface Deps {
  db: Db;
  host: GithubHost;
  /** null: the service has no credentials. */
  github: GithubLookup | null;
  /** Lower-cased logins; empty: every account. */
  allowedAccounts: readonly string[];
}

/** Installation ids stay far below 2^53; sixteen digits could pass it. */
const INSTALLATION_ID = /^[1-9][0-9]{0,14}$/;

/**
 * Registers a repository the app is installed on. The provider is derived from the address, never taken from the
 * caller; the repository is known by its numeric id, so that a renamed one is found.
 * @throws AppError UNSUPPORTED_PROVIDER, CONFIG_REPO_EXISTS, CONFIG_REPO_NAME_TAKEN, GITHUB_NOT_CONFIGURED,
 *   AUTH_REF_NOT_FOUND, GITHUB_API_FAILED, in this order
 */
export const createRegisterConfigRepo =
  (deps: Deps) =>
  async (registration: Registration): Promise<ConfigRepoRow> => {
    const address = parseRepoUrl(deps.host, registration.repo_url);
    if (address === null) {
      throw new AppError(
        "UNSUPPORTED_PROVIDER",
        `repo_url must be a repository on ${deps.host.webUrl}, such as ${deps.host.webUrl}/owner/repo.`,
      );
    }
    const registered = await findConfigRepoByAddress(deps.db, address);
    if (registered !== undefined) throw alreadyRegistered(registered);
    if ((await findConfigRepoByName(deps.db, registration.name)) !== undefined) {
      throw nameTaken(registration.name);
    }
    const { installation, repository } = await lookUp(deps, registration.auth_ref, address);
    return store(deps, registration, installation, repository);
  };

const lookUp = async (
  { github, allowedAccounts }: Deps,
  authRef: string,
  address: { owner: string; repo: string },
) => {
  if (github === null) {
    const reason = "no_credentials";
    throw new AppError(
      "GITHUB_NOT_CONFIGURED",
      `Nothing can be registered: ${NOT_CONFIGURED_ADVICE[reason]}`,
      { reason },
    );
  }
  if (!INSTALLATION_ID.test(authRef)) throw installationNotFound();
  const installationId = Number(authRef);
  return askGithub(async (signal) => {
    const installation = await github.installation(installationId, signal);
    if (installation === null || installation.suspended_at !== null) throw installationNotFound();
    const login = installation.account_login.toLowerCase();
    if (allowedAccounts.length > 0 && !allowedAccounts.includes(login)) throw installationNotFound();
    const repository = await github.findRepository({ installationId, ...address, signal });
    if (repository === null) {
      throw new AppError(
        "AUTH_REF_NOT_FOUND",
        `Installation ${installationId} does not cover ${address.owner}/${address.repo}. Add the repository to it on GitHub, or correct repo_url or auth_ref.`,
      );
    }
    return { installation, repository };
  });
};

const store = async (
  { db, host }: Deps,
  registration: Registration,
  installation: Installation,
  repository: RepositoryInfo,
): Promise<ConfigRepoRow> => {
  const default_branch = registration.default_branch ?? repository.default_branch;
  const row: NewConfigRepo = {
    name: registration.name,
    repo_url: `${host.webUrl}/${repository.owner}/${repository.name}`,
    github_repo_id: repository.id,
    owner: repository.owner,
    repo: repository.name,
    default_branch,
    pr_base_branch: registration.pr_base_branch ?? default_branch,
    auth_ref: registration.auth_ref,
    status: repository.archived ? "archived" : "active",
    registered_via: "api",
  };
  try {
    return await db.transaction().execute(async (trx) => {
      const { suspended_at, account_type, ...facts } = installation;
      // Enterprises have no repositories of their own: what owns one is an organisation or a user.
      await upsertInstallation(trx, {
        ...facts,
        account_type: account_type === "User" ? "User" : "Organization",
        status: suspended_at === null ? "active" : "suspended",
      });
      return insertConfigRepo(trx, row);
    });
  } catch (error) {
    // Registered under a name it had before, or by somebody else between the checks and here.
    const constraint = violatedConstraint(error);
    if (constraint === "config_repos_name_key") throw nameTaken(registration.name);
    if (constraint === "config_repos_github_repo_id_key") {
      throw alreadyRegistered(await findConfigRepoByGithubId(db, repository.id));
    }
    throw error;
  }
};

const alreadyRegistered = (existing: ConfigRepoRow | undefined): AppError =>
  new AppError(
    "CONFIG_REPO_EXISTS",
    `This repository is registered already${existing ? `, as config repo ${existing.id} (${existing.name})` : ""}.`,
    existing === undefined ? {} : { reason: existing.id },
  );

const nameTaken = (name: string): AppError =>
  new AppError("CONFIG_REPO_NAME_TAKEN", `Another config repo is named ${name}. Choose another name.`);

/** What was sent is not repeated: somebody may have sent a personal access token. */
const installationNotFound = (): AppError =>
  new AppError(
    "AUTH_REF_NOT_FOUND",
    "auth_ref must be the id of an active installation of this GitHub App; the installation's settings page on GitHub ends in it.",
  );
