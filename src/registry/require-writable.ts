import type { RepoTarget } from "../db/targets-store.ts";
import { AppError, type NotConfiguredReason } from "../errors.ts";
import { notConfiguredReason } from "./not-configured.ts";
import { NOT_CONFIGURED_ADVICE } from "./not-configured-advice.ts";

/** A config repo the app may write to, with the installation that lets it. */
export interface WritableRepo {
  configRepo: NonNullable<RepoTarget["configRepo"]>;
  installation: NonNullable<RepoTarget["installation"]>;
}

/**
 * Whether the app may write to a config repo, as far as the tables know.
 * @throws AppError GITHUB_NOT_CONFIGURED saying who has to act
 */
export const requireWritable = (
  { configRepo, installation }: RepoTarget,
  credentials: boolean,
): WritableRepo => {
  // A cluster can lose its config repo while a job is on its way.
  if (configRepo === undefined) {
    throw notConfigured(
      "repo_removed",
      "The cluster has no config repo any more. Set its config_repo_id, then press again.",
    );
  }
  const reason = notConfiguredReason({ credentials, installation, configRepo });
  if (reason === null && installation !== undefined) return { configRepo, installation };
  const why = reason ?? "uninstalled";
  throw notConfigured(why, `${configRepo.owner}/${configRepo.repo}: ${NOT_CONFIGURED_ADVICE[why]}`);
};

const notConfigured = (reason: NotConfiguredReason, message: string): AppError =>
  new AppError("GITHUB_NOT_CONFIGURED", message, { reason });
