import { pino } from "pino";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { systemClock } from "../../../src/clock.ts";
import type { ConfigRepoRow } from "../../../src/db/config-repos-store.ts";
import { findInstallation } from "../../../src/db/installations-store.ts";
import { findRepoTarget } from "../../../src/db/targets-store.ts";
import { createAppAuthentication } from "../../../src/github/app-auth.ts";
import { createGithubClient } from "../../../src/github/client.ts";
import { createGithubHost } from "../../../src/github/host.ts";
import { listInstallationRepositories } from "../../../src/github/installation-repositories.ts";
import { createWritePacing } from "../../../src/github/write-pacing.ts";
import type { EventOutcome } from "../../../src/jobs/event-job.ts";
import { createSyncInstallation } from "../../../src/jobs/sync-installation/sync-installation.ts";
import { createSyncInstallations } from "../../../src/jobs/sync-installations.ts";
import { type InstallationSaid, syncInstallationJob } from "../../../src/queue/event-jobs.ts";
import { requireWritable } from "../../../src/registry/require-writable.ts";
import { useStore } from "../../db/store-fixtures.ts";
import { silentLog } from "../../support/github-fixture.ts";
import { aRun } from "../../support/job-run.ts";
import { startTestSandbox, type TestSandbox } from "../../support/test-sandbox.ts";

/** The job with its real client against a GitHub that is held to GitHub's description. */
const store = useStore();
let github: TestSandbox;
let organizations = 0;

beforeAll(async () => {
  github = await startTestSandbox();
});
afterAll(() => github.close());

const open = () => {
  const { sandbox } = github;
  const host = createGithubHost({ webUrl: sandbox.url, apiUrl: sandbox.apiUrl });
  const common = {
    host,
    clock: systemClock,
    random: () => 0,
    log: silentLog,
    redact: (text: string) => text,
  };
  const { app_id, private_key } = sandbox.secrets;
  const auth = createAppAuthentication({ ...common, appId: app_id, privateKey: private_key });
  const client = createGithubClient({ ...common, pacing: createWritePacing(common) });
  const sync = createSyncInstallation({
    db: store.db,
    host,
    github: {
      installation: auth.installation,
      repositories: (query) =>
        listInstallationRepositories({ appAuth: auth, github: client, clock: systemClock }, query),
    },
    allowedAccounts: [],
  });
  const signal = new AbortController().signal;
  const run = aRun({ signal });
  return {
    auth,
    sync: (installation_id: number, said: InstallationSaid | null = null): Promise<EventOutcome> => {
      const asked_at = new Date(Date.now() + 60_000).toISOString();
      const asked = { installation_id, said, asked_at, cause: "test", delivery_id: null, request_id: "r" };
      return sync({ job: syncInstallationJob(asked), run, log: pino({ level: "silent" }) });
    },
  };
};

/** An organisation of its own with the app on it, and one repository registered by the job. */
const installed = async () => {
  const { sandbox } = github;
  const { sync, auth } = open();
  organizations += 1;
  const org = `Org-${organizations}`;
  await sandbox.createOrganization(org);
  const repository = await sandbox.createRepository({ owner: org, name: "Config" });
  const { id } = sandbox.installation(org) ?? { id: 0 };
  expect(await sync(id)).toBe("done");
  return { sandbox, org, repository, id, sync, auth };
};

const rowOf = async (githubRepoId: number): Promise<ConfigRepoRow> =>
  store.db
    .selectFrom("config_repos")
    .selectAll()
    .where("github_repo_id", "=", githubRepoId)
    .executeTakeFirstOrThrow();

/** Why a press is refused with GITHUB_NOT_CONFIGURED; null when it is not. */
const refusalOf = async (githubRepoId: number): Promise<string | null | undefined> => {
  const target = await findRepoTarget(store.db, (await rowOf(githubRepoId)).id);
  try {
    requireWritable(target, true);
    return null;
  } catch (error) {
    return (error as { reason?: string }).reason;
  }
};

describe("the sync of an installation on the sandbox GitHub", () => {
  it("registers what is covered with a token that can read metadata alone", async () => {
    const { sandbox, org, repository, id } = await installed();

    expect(await rowOf(repository.id)).toMatchObject({
      name: `${org.toLowerCase()}/config`,
      repo_url: repository.html_url,
      auth_ref: String(id),
      registered_via: "installation",
    });
    expect(await refusalOf(repository.id)).toBeNull();
    const minted = github.exchanges.filter(({ path }) => path.endsWith(`/${id}/access_tokens`));
    expect(minted.map(({ requestBody }) => requestBody)).toEqual([{ permissions: { metadata: "read" } }]);
    expect(sandbox.installation(org)?.repositories).toEqual([`${org}/Config`]);
  });

  it("tells why nothing can be written, and when it can again", async () => {
    const { sandbox, org, repository, id, sync } = await installed();
    const reasons: unknown[] = [];
    const syncAfter = async (change: Promise<unknown>, installation = id) => {
      await change;
      await sync(installation);
      reasons.push(await refusalOf(repository.id));
    };

    await syncAfter(sandbox.archiveRepository(repository.id));
    await syncAfter(sandbox.archiveRepository(repository.id, false));
    await syncAfter(sandbox.removeRepository(id, repository.id));
    await syncAfter(sandbox.addRepository(id, repository.id));
    await syncAfter(sandbox.suspend(id));
    await syncAfter(sandbox.unsuspend(id));
    await syncAfter(sandbox.setPermissions(id, { metadata: "read", contents: "read" }));
    await syncAfter(
      sandbox.setPermissions(id, { metadata: "read", contents: "write", pull_requests: "write" }),
    );
    await syncAfter(sandbox.uninstall(id));
    const anew = await sandbox.install(org);
    await syncAfter(Promise.resolve(), anew.id);

    expect(reasons).toEqual([
      "archived",
      null,
      "repo_removed",
      null,
      "suspended",
      null,
      "permission_pending",
      null,
      "uninstalled",
      null,
    ]);
    expect(await rowOf(repository.id)).toMatchObject({ auth_ref: String(anew.id) });
  });

  it("follows a renamed repository, a moved default branch and a renamed account", async () => {
    const { sandbox, repository, id, sync, org } = await installed();
    const { id: rowId } = await rowOf(repository.id);
    await sandbox.renameRepository(repository.id, "Relevance");
    await sandbox.pushAs("alice", repository.id, "trunk", { "a.txt": "a" });
    await sandbox.setDefaultBranch(repository.id, "trunk");
    await sandbox.renameAccount(org, `${org}-Inc`);

    await sync(id);

    expect(await rowOf(repository.id)).toMatchObject({
      id: rowId,
      name: `${org.toLowerCase()}-inc/relevance`,
      owner: `${org}-Inc`,
      repo: "Relevance",
      default_branch: "trunk",
      pr_base_branch: "trunk",
    });
    expect(await findInstallation(store.db, id)).toMatchObject({ account_login: `${org}-Inc` });
  });

  it("moves a transferred repository to the installation of its new owner", async () => {
    const { sandbox, repository, id, sync } = await installed();
    const other = await installed();
    await sandbox.selectRepositories(other.id, "all");
    const { id: rowId } = await rowOf(repository.id);
    await sandbox.deleteRepository(other.repository.id);
    await sandbox.transferRepository(repository.id, other.org);

    for (const one of [other.id, id]) await sync(one);

    expect(await rowOf(repository.id)).toMatchObject({
      id: rowId,
      owner: other.org,
      auth_ref: String(other.id),
      status: "active",
    });
  });

  it("keeps the row of a deleted repository, marked as removed", async () => {
    const { sandbox, repository, id, sync, org } = await installed();
    await sandbox.deleteRepository(repository.id);
    const successor = await sandbox.createRepository({ owner: org, name: "Config" });

    await sync(id);

    expect(await rowOf(repository.id)).toMatchObject({ status: "removed" });
    expect(await rowOf(successor.id)).toMatchObject({
      status: "active",
      name: `${org.toLowerCase()}/config-${successor.id}`,
    });
  });

  it("looks again where the API lags behind the event, and sees it then", async () => {
    const { sandbox, repository, id, sync } = await installed();
    const lag = sandbox.faults.add({ times: null, fault: { kind: "stale" } });
    await sandbox.removeRepository(id, repository.id);
    const said = { removed: [repository.id] };

    expect(await sync(id, said)).toBe("lagging");
    expect(await rowOf(repository.id)).toMatchObject({ status: "active" });
    sandbox.faults.remove(lag);

    expect(await sync(id, said)).toBe("done");
    expect(await rowOf(repository.id)).toMatchObject({ status: "removed" });
  });

  it("finds the installation gone that is uninstalled while its list is read", async () => {
    const { sandbox, repository, id } = await installed();
    // A service that has no token of it yet.
    const { sync } = open();
    const held = sandbox.faults.add({ path: "*/access_tokens", fault: { kind: "hold", when: "before" } });
    const syncing = sync(id);
    await sandbox.faults.held(held);
    await sandbox.uninstall(id);
    sandbox.faults.release(held);

    expect(await syncing).toBe("done");
    expect(await findInstallation(store.db, id)).toMatchObject({ status: "deleted" });
    expect(await rowOf(repository.id)).toMatchObject({ status: "removed" });
  });

  it("registers 2,500 repositories, 100 a page", async () => {
    const { sandbox, org, id, sync } = await installed();
    await sandbox.selectRepositories(id, "all");
    const names = Array.from({ length: 2_500 }, (_, index) => `config-${index}`);
    await sandbox.createRepositories(org, names);
    const before = github.exchanges.length;

    await sync(id);

    const { count } = await store.db
      .selectFrom("config_repos")
      .select((eb) => eb.fn.countAll<number>().as("count"))
      .where("auth_ref", "=", String(id))
      .where("status", "=", "active")
      .executeTakeFirstOrThrow();
    expect(count).toBe(2_501);
    const pages = github.exchanges.slice(before).filter(({ path }) => path.includes("/repositories"));
    expect(pages).toHaveLength(26);
  });

  it("is asked for hourly for every installation, and for one that vanished unheard", async () => {
    const { sandbox, id, auth } = await installed();
    const gone = await installed();
    await sandbox.uninstall(gone.id);
    const asked: number[] = [];
    const look = createSyncInstallations({
      db: store.db,
      queue: {
        sendMany: async (_db, jobs) =>
          void asked.push(...jobs.map((job) => ("installation_id" in job ? job.installation_id : 0))),
      },
      clock: systemClock,
      log: silentLog,
      auth,
    });

    await look(new AbortController().signal);

    expect(asked).toEqual(expect.arrayContaining([id, gone.id]));
    expect(new Set(asked).size).toBe(asked.length);
  });
});
