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
import { readDatabaseTime, upsertInstallation } from "../db/installations-store.ts";
import { AppError } from "../errors.ts";
import { type GithubHost, parseRepoUrl } from "../github/host.ts";
import type { Installation, RepositoryInfo } from "../github/installation.ts";
import { askGithub, type GithubLookup } from "./github-lookup.ts";
import { installationFacts, isAllowedAccount } from "./installation-facts.ts";
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
    const { db } = deps;
    const { name, auth_ref } = registration;
    const readAt = await readDatabaseTime(db);
    const found = await lookUp(deps, auth_ref, address).catch(async (error: unknown) => {
      // GitHub can't say which repository this is; the one that was there last is the best guess.
      const refusal = await refusalOf(db, name, () => findConfigRepoByAddress(db, address));
      throw refusal ?? error;
    });
    const refusal = await refusalOf(db, name, () => findConfigRepoByGithubId(db, found.repository.id));
    if (refusal !== undefined) throw refusal;
    return store(deps, registration, { ...found, readAt });
  };

/** Why a repository can't be registered under a name, as far as the rows tell. */
const refusalOf = async (
  db: Db,
  name: string,
  findRegistered: () => Promise<ConfigRepoRow | undefined>,
): Promise<AppError | undefined> => {
  // The name first: if it was taken together with the repository, the second look sees that.
  const holder = await findConfigRepoByName(db, name);
  const registered = await findRegistered();
  if (registered !== undefined) return alreadyRegistered(registered);
  return holder === undefined ? undefined : nameTaken(name);
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
    if (!isAllowedAccount(allowedAccounts, installation.account_login)) throw installationNotFound();
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
  {
    installation,
    repository,
    readAt,
  }: { installation: Installation; repository: RepositoryInfo; readAt: Date },
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
      const stored = await upsertInstallation(trx, installationFacts(installation), readAt);
      // A sync has heard since that it is gone.
      if (stored.status !== "active") throw installationNotFound();
      return insertConfigRepo(trx, row);
    });
  } catch (error) {
    if (!TAKEN.includes(violatedConstraint(error) ?? "")) throw error;
    // Between the checks and here somebody else took the name, or registered the repository and with it the name.
    const find = () => findConfigRepoByGithubId(db, repository.id);
    throw (await refusalOf(db, registration.name, find)) ?? error;
  }
};

const TAKEN = ["config_repos_name_key", "config_repos_github_repo_id_key"];

const alreadyRegistered = ({ id, name }: ConfigRepoRow): AppError =>
  new AppError(
    "CONFIG_REPO_EXISTS",
    `This repository is registered already, as config repo ${id} (${name}).`,
    { reason: id },
  );

const nameTaken = (name: string): AppError =>
  new AppError("CONFIG_REPO_NAME_TAKEN", `Another config repo is named ${name}. Choose another name.`);

/** What was sent is not repeated: somebody may have sent a personal access token. */
const installationNotFound = (): AppError =>
  new AppError(
    "AUTH_REF_NOT_FOUND",
    "auth_ref must be the id of an active installation of this GitHub App; the installation's settings page on GitHub ends in it.",
  );
