import type { Logger } from "pino";
import type { ConfigRepoRow } from "../../db/config-repos-store.ts";
import type { InstallationRow } from "../../db/installations-store.ts";
import type { InstallationRead } from "./read-installation.ts";
import type { StoredChanges } from "./store-read.ts";

/** Of one sync; its last line counts them all. */
const CONFIG_REPO_LINES_MAX = 50;

interface Line {
  event: string;
  [field: string]: unknown;
}

/** Tells what a sync changed: the installation, config repos up to a number, and then how many there were. */
export const logStored = (
  log: Pick<Logger, "info">,
  {
    read,
    before,
    changes,
  }: { read: InstallationRead; before: InstallationRow | undefined } & {
    changes: StoredChanges;
  },
): void => {
  const { registered, changed, withInstallation } = changes;
  const removed = read.status === "suspended" ? [] : withInstallation;
  const ofConfigRepos = [
    ...registered.map((row): Line => ({ event: "config_repo_registered", ...namesOf(row) })),
    ...removed.map((row): Line => ({ event: "config_repo_removed", ...namesOf(row) })),
    ...changed.map(lineOfChange),
  ];
  for (const line of linesOfInstallation(read, before)) log.info(line, "the installation changed");
  for (const line of ofConfigRepos.slice(0, CONFIG_REPO_LINES_MAX)) log.info(line, "a config repo changed");
  const counts = countsOf(ofConfigRepos);
  const suspended = withInstallation.length - removed.length;
  log.info({ event: "installation_synced", status: read.status, ...counts, suspended }, "as on GitHub");
};

const linesOfInstallation = (read: InstallationRead, before: InstallationRow | undefined): Line[] => {
  if (read.status === "deleted" || read.status === "not_allowed") {
    return before?.status === "deleted" ? [] : [{ event: "installation_deleted" }];
  }
  const { account_login, permissions } = read.installation;
  if (before === undefined || before.status === "deleted") {
    return [{ event: "installation_added", account_login, permissions }];
  }
  const lines: Line[] = [];
  if (before.status !== read.status) {
    lines.push(
      read.status === "suspended"
        ? { event: "installation_suspended" }
        : { event: "installation_unsuspended" },
    );
  }
  if (before.account_login !== account_login) {
    lines.push({ event: "installation_renamed", account_login, from: before.account_login });
  }
  if (!samePermissions(before.permissions, permissions)) {
    lines.push({ event: "installation_permissions_changed", permissions });
  }
  return lines;
};

const lineOfChange = ({ before, after }: { before: ConfigRepoRow; after: ConfigRepoRow }): Line => {
  if (after.status === "removed") return { event: "config_repo_removed", ...namesOf(after) };
  const from = `${before.owner}/${before.repo}`;
  if (from !== `${after.owner}/${after.repo}`) {
    return { event: "config_repo_renamed", ...namesOf(after), from };
  }
  const fields = CHANGING.filter((key) => before[key] !== after[key]);
  return { event: "config_repo_changed", ...namesOf(after), fields, status: after.status };
};

const CHANGING = ["name", "default_branch", "pr_base_branch", "auth_ref", "status"] as const;

const namesOf = ({ id, github_repo_id, name, owner, repo }: ConfigRepoRow) => ({
  config_repo_id: id,
  github_repo_id,
  name,
  repository: `${owner}/${repo}`,
});

const countsOf = (lines: readonly Line[]) => {
  const count = (event: string) => lines.filter((line) => line.event === event).length;
  return {
    registered: count("config_repo_registered"),
    removed: count("config_repo_removed"),
    renamed: count("config_repo_renamed"),
    changed: count("config_repo_changed"),
  };
};

const samePermissions = (one: Record<string, string>, other: Record<string, string>): boolean => {
  const names = new Set([...Object.keys(one), ...Object.keys(other)]);
  return [...names].every((name) => one[name] === other[name]);
};
