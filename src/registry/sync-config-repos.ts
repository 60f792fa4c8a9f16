import type { ConfigRepoRow, NewConfigRepo } from "../db/config-repos-store.ts";
import type { InstallationRow } from "../db/installations-store.ts";
import type { GithubHost } from "../github/host.ts";
import type { RepositoryInfo } from "../github/installation.ts";
import { assignNames } from "./automatic-names.ts";

/** An installation and what it covers, as GitHub told them. */
export interface Listing {
  installation: { id: number; account_id: number };
  /** Of the installation's own account. */
  repositories: readonly RepositoryInfo[];
  /** Whether there are no others. */
  whole: boolean;
  /** The beginning of the read, by the database's clock. */
  readAt: Date;
  /** GitHub did not show yet what an event had said: it may be older than what another installation's read found. */
  stale: boolean;
}

/** What the tables hold of it. */
export interface Known {
  /** The rows of these repositories and of this installation. */
  rows: readonly ConfigRepoRow[];
  /** By `auth_ref`, the other installations those rows belong to. */
  holders: ReadonlyMap<string, InstallationRow>;
  /** The names in use among those that may be given. */
  names: ReadonlyMap<string, number>;
}

export interface ConfigRepoChanges {
  registered: NewConfigRepo[];
  changed: { before: ConfigRepoRow; after: ConfigRepoRow }[];
}

/**
 * What has to change so that the config repos are what GitHub lists. Repositories are known by their numbers; a second
 * plan over what the first one led to is empty.
 */
export const planConfigRepos = (
  host: Pick<GithubHost, "webUrl">,
  listing: Listing,
  known: Known,
): ConfigRepoChanges => {
  const byId = new Map(known.rows.map((row) => [row.github_repo_id, row]));
  const ours = listing.repositories.filter(({ id }) => isOurs(byId.get(id), listing, known));
  const named = ours.filter(({ id }) => (byId.get(id)?.registered_via ?? "installation") === "installation");
  const names = assignNames(named, known.names);
  const auth_ref = String(listing.installation.id);

  const registered: NewConfigRepo[] = [];
  const listed: ConfigRepoRow[] = [];
  for (const repository of ours) {
    const row = byId.get(repository.id);
    const name = names.get(repository.id) ?? row?.name ?? "";
    const facts = { name, auth_ref, ...factsOf(host, repository) };
    if (row === undefined) {
      const branch = { pr_base_branch: repository.default_branch };
      registered.push({ github_repo_id: repository.id, registered_via: "installation", ...branch, ...facts });
    } else {
      const follows = row.pr_base_branch === row.default_branch;
      listed.push({ ...row, ...facts, ...(follows && { pr_base_branch: repository.default_branch }) });
    }
  }
  const ids = new Set(listing.repositories.map(({ id }) => id));
  const gone = known.rows.filter((row) => !ids.has(row.github_repo_id) && isGone(row, listing));
  const next = [...listed, ...gone.map((row): ConfigRepoRow => ({ ...row, status: "removed" }))];
  const changed = next.flatMap((after) => {
    const before = byId.get(after.github_repo_id);
    return before === undefined || isSame(before, after) ? [] : [{ before, after }];
  });
  return { registered, changed };
};

const factsOf = ({ webUrl }: Pick<GithubHost, "webUrl">, repository: RepositoryInfo) => ({
  repo_url: `${webUrl}/${repository.owner}/${repository.name}`,
  owner: repository.owner,
  repo: repository.name,
  default_branch: repository.default_branch,
  status: repository.archived ? ("archived" as const) : ("active" as const),
});

/**
 * Whether a listed repository is this installation's from now on. One that another installation has is taken over
 * when the app was installed anew or the repository was transferred; but the later read knows better, whichever of the
 * two is stored first.
 */
const isOurs = (
  row: ConfigRepoRow | undefined,
  { installation, readAt, stale }: Listing,
  { holders }: Known,
): boolean => {
  if (row === undefined || row.auth_ref === String(installation.id) || row.status === "removed") return true;
  const holder = holders.get(row.auth_ref);
  if (holder === undefined || holder.status === "deleted") return true;
  if (stale) return false;
  // Of one account's installations the newer one: GitHub's ids grow.
  if (holder.account_id === installation.account_id) return holder.id < installation.id;
  return holder.synced_at === null || holder.synced_at < readAt;
};

/** Whether a row that is not listed says by that that its repository is not covered any more. */
const isGone = (row: ConfigRepoRow, { installation, whole, readAt }: Listing): boolean => {
  // Registered while GitHub was asked, or in the millisecond before: the list may be older than the row.
  if (!whole || row.created_at >= readAt) return false;
  return row.auth_ref === String(installation.id) && row.status !== "removed";
};

const FOLLOWING = [
  "name",
  "repo_url",
  "owner",
  "repo",
  "default_branch",
  "pr_base_branch",
  "auth_ref",
  "status",
] as const;

const isSame = (before: ConfigRepoRow, after: ConfigRepoRow): boolean =>
  FOLLOWING.every((key) => before[key] === after[key]);
