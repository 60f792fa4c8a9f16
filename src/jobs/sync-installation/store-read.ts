import type { ConfigRepoRow } from "../../db/config-repos-store.ts";
import type { Db, Executor } from "../../db/connect.ts";
import {
  endInstallation,
  findInstallations,
  type InstallationRow,
  lockInstallation,
  storeSyncedInstallation,
} from "../../db/installations-store.ts";
import {
  findNameHolders,
  insertConfigRepos,
  isLostRace,
  lockConfigRepos,
  setStatusOfInstallation,
  updateConfigRepos,
} from "../../db/synced-config-repos-store.ts";
import type { GithubHost } from "../../github/host.ts";
import { automaticNames } from "../../registry/automatic-names.ts";
import { installationFacts } from "../../registry/installation-facts.ts";
import { planConfigRepos } from "../../registry/sync-config-repos.ts";
import type { InstallationRead } from "./read-installation.ts";

/** A registration at the same moment may take a name or a repository; the next try sees it. */
const TRIES_MAX = 5;

export interface StoreReadDeps {
  db: Db;
  host: Pick<GithubHost, "webUrl">;
}

export interface ReadToStore {
  installationId: number;
  read: InstallationRead;
  /** The beginning of the read, by the database's clock. */
  readAt: Date;
  /** The read does not show yet what an event had said. */
  stale: boolean;
}

export type StoredRead =
  /** A later read is stored already. */
  | { kind: "superseded" }
  /** There is nothing to store of one that never was here. */
  | { kind: "unknown" }
  | { kind: "stored"; before: InstallationRow | undefined; changes: StoredChanges };

/** Config repos as they are now, and what they were. */
export interface StoredChanges {
  registered: ConfigRepoRow[];
  changed: { before: ConfigRepoRow; after: ConfigRepoRow }[];
  /** Those whose status alone was set, because of the installation's. */
  withInstallation: ConfigRepoRow[];
}

/** Brings the tables to what was read, in one transaction, or leaves them alone. */
export const storeRead = async (deps: StoreReadDeps, input: ReadToStore): Promise<StoredRead> => {
  for (let tries = 1; ; tries++) {
    try {
      return await deps.db.transaction().execute((trx) => storeIn(trx, deps, input));
    } catch (error) {
      if (tries === TRIES_MAX || !isLostRace(error)) throw error;
    }
  }
};

const NOTHING: StoredChanges = { registered: [], changed: [], withInstallation: [] };

const storeIn = async (
  trx: Executor,
  { host }: StoreReadDeps,
  { installationId, read, readAt, stale }: ReadToStore,
): Promise<StoredRead> => {
  const before = await lockInstallation(trx, installationId);
  if (before !== undefined && before.synced_at !== null && before.synced_at >= readAt) {
    return { kind: "superseded" };
  }
  switch (read.status) {
    case "deleted":
    // For us there is none where the administrator does not want one.
    case "not_allowed": {
      if (before === undefined) return { kind: "unknown" };
      await endInstallation(trx, installationId, readAt);
      const from = ["active", "suspended", "archived"] as const;
      const removed = await setStatusOfInstallation(trx, installationId, { from, to: "removed" });
      return { kind: "stored", before, changes: { ...NOTHING, withInstallation: removed } };
    }
    case "suspended": {
      await storeSyncedInstallation(trx, installationFacts(read.installation), readAt);
      const change = { from: ["active"], to: "suspended" } as const;
      const suspended = await setStatusOfInstallation(trx, installationId, change);
      return { kind: "stored", before, changes: { ...NOTHING, withInstallation: suspended } };
    }
    case "active": {
      await storeSyncedInstallation(trx, installationFacts(read.installation), readAt);
      const changes = await reconcile(trx, host, { read, readAt, stale });
      return { kind: "stored", before, changes };
    }
    default:
      throw new TypeError(`unknown read ${read satisfies never}`);
  }
};

const reconcile = async (
  trx: Executor,
  host: Pick<GithubHost, "webUrl">,
  {
    read,
    readAt,
    stale,
  }: { read: Extract<InstallationRead, { status: "active" }>; readAt: Date; stale: boolean },
): Promise<StoredChanges> => {
  const { installation, repositories, extent } = read;
  const githubIds = repositories.map(({ id }) => id);
  const rows = await lockConfigRepos(trx, installation.id, githubIds);
  const others = new Set(rows.map((row) => Number(row.auth_ref)));
  others.delete(installation.id);
  // After the rows are locked: who stored one of them last has stored its installation too.
  const holders = await findInstallations(trx, [...others]);
  const names = await findNameHolders(trx, repositories.flatMap(automaticNames));
  const plan = planConfigRepos(
    host,
    { installation, repositories, whole: extent === "whole", readAt, stale },
    { rows, holders: new Map(holders.map((holder) => [String(holder.id), holder])), names },
  );
  // Names are let go of before others take them.
  await updateConfigRepos(
    trx,
    plan.changed.map(({ after }) => after),
  );
  const registered = await insertConfigRepos(trx, plan.registered);
  return { registered, changed: plan.changed, withInstallation: [] };
};
