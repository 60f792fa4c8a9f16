import type { InstallationFacts } from "../db/installations-store.ts";
import type { Installation } from "../github/installation.ts";

/** What GitHub's answer about an installation comes to in our table. */
export const installationFacts = ({
  suspended_at,
  account_type,
  ...facts
}: Installation): InstallationFacts => ({
  ...facts,
  // Enterprises have no repositories of their own: what owns one is an organisation or a user.
  account_type: account_type === "User" ? "User" : "Organization",
  status: suspended_at === null ? "active" : "suspended",
});

/** @param allowedAccounts lower-cased logins; empty: every account */
export const isAllowedAccount = (allowedAccounts: readonly string[], login: string): boolean =>
  allowedAccounts.length === 0 || allowedAccounts.includes(login.toLowerCase());
