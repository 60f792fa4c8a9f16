import { AppError } from "../../errors.ts";
import { GithubApiError } from "../../github/github-errors.ts";
import type { Installation, ListedRepository } from "../../github/installation.ts";
import type { RepositoryList, RepositoryListQuery } from "../../github/installation-repositories.ts";
import { isAllowedAccount } from "../../registry/installation-facts.ts";

/** How often an installation that was active and refuses its list is asked for again. */
const READS_MAX = 3;

/** What a sync asks of GitHub. */
export interface InstallationReader {
  /** null: no such installation (any more). */
  installation(id: number, signal: AbortSignal): Promise<Installation | null>;
  repositories(query: RepositoryListQuery): Promise<RepositoryList>;
}

/** An installation as GitHub has it. What it covers is told of an active one only. */
export type InstallationRead =
  | { status: "deleted" }
  | { status: "not_allowed"; installation: Installation }
  | { status: "suspended"; installation: Installation }
  | {
      status: "active";
      installation: Installation;
      /** The account's own: one that was transferred is no longer this installation's, whatever the list says. */
      repositories: ListedRepository[];
      extent: RepositoryList["extent"];
    };

/**
 * Asks GitHub what an installation is and covers.
 * @param options.allowedAccounts lower-cased logins; empty: every account
 * @throws AppError GITHUB_NOT_CONFIGURED, GITHUB_API_FAILED; RescheduleError; the signal's reason
 */
export const readInstallation = async (
  github: InstallationReader,
  options: { installationId: number; allowedAccounts: readonly string[]; signal: AbortSignal },
): Promise<InstallationRead> => {
  const { installationId, allowedAccounts, signal } = options;
  for (let read = 1; ; read++) {
    const installation = await github.installation(installationId, signal);
    if (installation === null) return { status: "deleted" };
    if (!isAllowedAccount(allowedAccounts, installation.account_login)) {
      return { status: "not_allowed", installation };
    }
    if (installation.suspended_at !== null) return { status: "suspended", installation };
    try {
      const { repositories, extent } = await github.repositories({ installationId, signal });
      const own = repositories.filter(({ owner_id }) => owner_id === installation.account_id);
      return { status: "active", installation, repositories: own, extent };
    } catch (error) {
      if (!isRefused(error)) throw error;
      // Suspended or uninstalled in between, most likely, and then the next answer says which.
      if (read === READS_MAX) throw contradiction(installationId, error);
    }
  }
};

const isRefused = (error: unknown): boolean => {
  if (error instanceof GithubApiError) return [401, 403, 404].includes(error.status ?? 0);
  return error instanceof AppError && ["uninstalled", "suspended"].includes(error.reason ?? "");
};

/** Not GITHUB_NOT_CONFIGURED, which would end the job: GitHub will agree with itself before long. */
const contradiction = (installationId: number, cause: unknown) =>
  new AppError(
    "GITHUB_API_FAILED",
    `GitHub says that installation ${installationId} is active, and refuses to list its repositories.`,
    { cause },
  );
