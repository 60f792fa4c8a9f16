import type { ConfigRepoRow } from "../../db/config-repos-store.ts";
import type { InstallationRow } from "../../db/installations-store.ts";
import type { InstallationStatus } from "../../db/schema.ts";
import type { InstallationSaid } from "../../queue/event-jobs.ts";
import type { InstallationRead } from "./read-installation.ts";

/** An installation as it is seen, on GitHub or in our tables. */
export interface SeenInstallation {
  status: InstallationStatus;
  /** What it covers, by number; means something while it is active only. */
  repositories: ReadonlyMap<
    number,
    Pick<NonNullable<InstallationSaid["repository"]>, "full_name" | "archived" | "default_branch">
  >;
}

/** Whether what is seen bears out what the event said; null says nothing. */
export const agreesWithSaid = (said: InstallationSaid | null, seen: SeenInstallation): boolean => {
  if (said === null) return true;
  if (said.status !== undefined && said.status !== seen.status) return false;
  if (seen.status !== "active") return true;
  const { added = [], removed = [], repository } = said;
  if (!added.every((id) => seen.repositories.has(id))) return false;
  if (removed.some((id) => seen.repositories.has(id))) return false;
  if (repository === undefined) return true;
  const found = seen.repositories.get(repository.id);
  return (
    found !== undefined &&
    found.full_name === repository.full_name &&
    found.archived === repository.archived &&
    found.default_branch === repository.default_branch
  );
};

export const seenInRead = (read: Exclude<InstallationRead, { status: "not_allowed" }>): SeenInstallation => ({
  status: read.status,
  repositories: new Map(
    read.status === "active" ? read.repositories.map((repository) => [repository.id, repository]) : [],
  ),
});

export const seenInRows = (
  installation: InstallationRow,
  rows: readonly ConfigRepoRow[],
): SeenInstallation => {
  const covered = rows.filter((row) => row.auth_ref === String(installation.id) && row.status !== "removed");
  return {
    status: installation.status,
    repositories: new Map(
      covered.map(({ github_repo_id, owner, repo, status, default_branch }) => [
        github_repo_id,
        { full_name: `${owner}/${repo}`, archived: status === "archived", default_branch },
      ]),
    ),
  };
};

/** The repositories an event named. */
export const idsOf = ({ added = [], removed = [], repository }: InstallationSaid): number[] => [
  ...added,
  ...removed,
  ...(repository === undefined ? [] : [repository.id]),
];
