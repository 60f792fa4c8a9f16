import { listConfigReposByGithubIds } from "../../db/config-repos-store.ts";
import { findInstallation, readDatabaseTime } from "../../db/installations-store.ts";
import { AppError } from "../../errors.ts";
import type { SyncInstallationJob } from "../../queue/event-jobs.ts";
import { NOT_CONFIGURED_ADVICE } from "../../registry/not-configured-advice.ts";
import type { EventOutcome, EventRun } from "../event-job.ts";
import { agreesWithSaid, idsOf, seenInRead, seenInRows } from "./agrees-with-said.ts";
import { logStored } from "./log-stored.ts";
import { type InstallationRead, type InstallationReader, readInstallation } from "./read-installation.ts";
import { type StoreReadDeps, storeRead } from "./store-read.ts";

export interface SyncInstallationDeps extends StoreReadDeps {
  /** null: the service has no credentials. */
  github: InstallationReader | null;
  /** Lower-cased logins; empty: every account. */
  allowedAccounts: readonly string[];
}

/**
 * Brings an installation and its config repos to what GitHub has: repositories registered, renamed, marked removed,
 * archived or suspended. It asks GitHub first, holding no connection, and stores in one transaction; doing it twice
 * changes nothing more.
 * @throws AppError GITHUB_NOT_CONFIGURED, GITHUB_API_FAILED; RescheduleError; the signal's reason
 */
export const createSyncInstallation =
  (deps: SyncInstallationDeps) =>
  async ({ job, run, log: jobLog }: EventRun<SyncInstallationJob>): Promise<EventOutcome> => {
    const { db, github, allowedAccounts } = deps;
    const { installation_id: installationId, said } = job;
    const log = jobLog.child({ installation_id: installationId });
    if (github === null) throw withoutCredentials();
    if (await isSeen(deps, job)) return "done";

    const readAt = await readDatabaseTime(db);
    const read = await readInstallation(github, { installationId, allowedAccounts, signal: run.signal });
    warn(log, read);
    const stale = read.status !== "not_allowed" && !agreesWithSaid(said, seenInRead(read));
    const stored = await storeRead(deps, { installationId, read, readAt, stale });
    if (stored.kind === "stored") logStored(log, { read, ...stored });
    else log.info({ outcome: stored.kind, status: read.status }, "nothing is stored of the installation");
    return outcomeOf(read, stale);
  };

/** Whether a read that began after this job was asked for has seen what it is about. */
const isSeen = async ({ db }: SyncInstallationDeps, job: SyncInstallationJob): Promise<boolean> => {
  const installation = await findInstallation(db, job.installation_id);
  if (installation === undefined || installation.synced_at === null) return false;
  if (installation.synced_at <= new Date(job.asked_at)) return false;
  // One that looks again found the read wanting, and has nothing to compare the rows with.
  if (job.said === null) return job.looks === 0;
  const rows = await listConfigReposByGithubIds(db, idsOf(job.said));
  return agreesWithSaid(job.said, seenInRows(installation, rows));
};

const outcomeOf = (read: InstallationRead, stale: boolean): EventOutcome => {
  // Beyond the repositories that are read nothing can be told, however often it is looked.
  if (read.status === "active" && read.extent === "too_long") return "done";
  const isMoving = read.status === "active" && read.extent === "moving";
  return stale || isMoving ? "lagging" : "done";
};

const warn = (log: EventRun<SyncInstallationJob>["log"], read: InstallationRead): void => {
  if (read.status === "not_allowed") {
    const { account_login } = read.installation;
    log.warn(
      { event: "installation_not_allowed", account_login },
      "the app is installed on an account that ALLOWED_ACCOUNTS leaves out; nothing is registered there",
    );
  }
  if (read.status === "active" && read.extent !== "whole") {
    log.warn(
      { event: "installation_list_incomplete", extent: read.extent, repositories: read.repositories.length },
      "not every repository of the installation could be listed, so none is marked as removed",
    );
  }
};

const withoutCredentials = () =>
  new AppError("GITHUB_NOT_CONFIGURED", `Nothing can be synced: ${NOT_CONFIGURED_ADVICE.no_credentials}`, {
    reason: "no_credentials",
  });
