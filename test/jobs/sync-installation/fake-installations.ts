import { pino } from "pino";
import type { ConfigRepoRow } from "../../../src/db/config-repos-store.ts";
import type { Db } from "../../../src/db/connect.ts";
import { findInstallation } from "../../../src/db/installations-store.ts";
import { createGithubHost } from "../../../src/github/host.ts";
import type { Installation } from "../../../src/github/installation.ts";
import type { RepositoryList } from "../../../src/github/installation-repositories.ts";
import type { EventOutcome } from "../../../src/jobs/event-job.ts";
import type { InstallationReader } from "../../../src/jobs/sync-installation/read-installation.ts";
import { createSyncInstallation } from "../../../src/jobs/sync-installation/sync-installation.ts";
import { type SyncInstallationJob, syncInstallationJob } from "../../../src/queue/event-jobs.ts";
import { aRun } from "../../support/job-run.ts";

export const WEB = "https://github.com";
const host = createGithubHost({ webUrl: WEB, apiUrl: "https://api.github.com" });

export interface FakeRepository {
  id: number;
  name: string;
  default_branch: string;
  archived: boolean;
  owner: FakeAccount;
}

export interface FakeAccount {
  id: number;
  login: string;
}

export interface FakeInstallation {
  id: number;
  account: FakeAccount;
  suspended: boolean;
  permissions: Installation["permissions"];
  /** What GitHub lists for it. */
  repositories: FakeRepository[];
  extent: RepositoryList["extent"];
}

export interface FakeInstallations {
  install(login?: string | FakeAccount): FakeInstallation;
  uninstall(installation: FakeInstallation): void;
  /** Makes a repository of the installation's account, and lists it. */
  add(installation: FakeInstallation, name: string, changes?: Partial<FakeRepository>): FakeRepository;
  reader: InstallationReader;
  /** Questions so far. */
  asked: string[];
  /** What happens between the question for an installation and that for its list, once. */
  between(happening: () => void | Promise<void>): void;
  sync(
    installation: Pick<FakeInstallation, "id">,
    changes?: Partial<SyncInstallationJob>,
  ): Promise<EventOutcome>;
  rowOf(repository: FakeRepository): Promise<ConfigRepoRow | undefined>;
  statusOf(installation: FakeInstallation): Promise<string | undefined>;
  logged: Record<string, unknown>[];
}

/** A GitHub of installations alone, and the job over it; numbers and logins are nobody else's in the file. */
export const createFakeInstallations = (
  store: { readonly db: Db },
  numbers: { next(): number },
  allowedAccounts: readonly string[] = [],
): FakeInstallations => {
  const installations = new Map<number, FakeInstallation>();
  const asked: string[] = [];
  const logged: Record<string, unknown>[] = [];
  const log = pino({}, { write: (line: string) => void logged.push(JSON.parse(line)) });
  let happening: (() => void | Promise<void>) | undefined;

  const reader: InstallationReader = {
    installation: async (id) => {
      asked.push(`installation ${id}`);
      const found = installations.get(id);
      return found === undefined ? null : answerOf(found);
    },
    repositories: async ({ installationId }) => {
      const now = happening;
      happening = undefined;
      await now?.();
      asked.push(`repositories of ${installationId}`);
      const found = installations.get(installationId);
      const repositories = (found?.repositories ?? []).map(({ owner, ...rest }) => ({
        ...rest,
        owner: owner.login,
        owner_id: owner.id,
        full_name: `${owner.login}/${rest.name}`,
      }));
      return { repositories, extent: found?.extent ?? "whole" };
    },
  };
  const sync = createSyncInstallation({
    get db() {
      return store.db;
    },
    host,
    github: reader,
    allowedAccounts,
  });

  return {
    install(login) {
      const id = numbers.next();
      const account =
        typeof login === "object" ? login : { id: numbers.next(), login: login ?? `Org-${numbers.next()}` };
      const installation: FakeInstallation = {
        id,
        account,
        suspended: false,
        permissions: { contents: "write", pull_requests: "write", metadata: "read" },
        repositories: [],
        extent: "whole",
      };
      installations.set(id, installation);
      return installation;
    },
    uninstall: ({ id }) => void installations.delete(id),
    add(installation, name, changes = {}) {
      const repository = {
        id: numbers.next(),
        name,
        default_branch: "main",
        archived: false,
        owner: installation.account,
        ...changes,
      };
      installation.repositories.push(repository);
      return repository;
    },
    reader,
    asked,
    between: (next) => {
      happening = next;
    },
    sync: ({ id }, changes = {}) => {
      const job = syncInstallationJob({
        installation_id: id,
        cause: "test",
        delivery_id: null,
        asked_at: new Date(Date.now() + 60_000).toISOString(),
        request_id: "r-1",
        said: null,
      });
      const run = aRun();
      return sync({ job: { ...job, ...changes }, run, log });
    },
    rowOf: ({ id }) =>
      store.db.selectFrom("config_repos").selectAll().where("github_repo_id", "=", id).executeTakeFirst(),
    statusOf: async ({ id }) => (await findInstallation(store.db, id))?.status,
    logged,
  };
};

/** Numbers for one file. */
export const createNumbers = (): { next(): number } => {
  let last = 5_000_000_000;
  return {
    next: () => {
      last += 1;
      return last;
    },
  };
};

const answerOf = ({ id, account, suspended, permissions }: FakeInstallation): Installation => ({
  id,
  account_login: account.login,
  account_id: account.id,
  account_type: "Organization",
  repository_selection: "selected",
  permissions,
  suspended_at: suspended ? "2026-11-22T12:00:00Z" : null,
});
