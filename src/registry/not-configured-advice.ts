import type { NotConfiguredReason } from "../errors.ts";

/** What each reason means and who does what about it. */
export const NOT_CONFIGURED_ADVICE: Record<NotConfiguredReason, string> = {
  no_credentials:
    "this service has no GitHub App credentials. Its administrator sets APP_ID, PRIVATE_KEY and WEBHOOK_SECRET.",
  uninstalled:
    "the GitHub App is not installed on this account any more, or ALLOWED_ACCOUNTS leaves the account out. An organisation owner installs it again, or the administrator allows the account.",
  suspended:
    "the GitHub App's installation is suspended. An organisation owner unsuspends it in the account's settings.",
  repo_removed:
    "the GitHub App's installation does not cover this repository. An organisation owner adds the repository to it.",
  archived:
    "the repository is archived. A repository admin unarchives it, or the cluster moves to another config repo.",
  permission_pending:
    "the GitHub App has not been granted contents:write and pull_requests:write. An organisation owner accepts the permission request.",
};
