import { randomBytes } from "node:crypto";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { createScenario, type Scenario } from "../support/scenario.ts";
import { startTestService, type TestService } from "../support/service.ts";

/** Who installs the app, and what they do to its repositories, shows in the registry without a call to the API. */
let service: TestService;
beforeAll(async () => {
  service = await startTestService();
});
afterEach(() => {
  service.sandbox.hooks.clearRules();
  service.sandbox.faults.clear();
});
afterAll(async () => {
  expect(service.violations).toEqual([]);
  await service.close();
});

interface ConfigRepo {
  id: string;
  name: string;
  repo: string;
  owner: string;
  repo_url: string;
  status: string;
  auth_ref: string;
  default_branch: string;
  pr_base_branch: string;
  registered_via: string;
}

const newName = (what: string) => `${what}-${randomBytes(5).toString("hex")}`;

const findRepo = async (githubRepoId: number): Promise<ConfigRepo | undefined> => {
  const row = await service.db
    .selectFrom("config_repos")
    .select("id")
    .where("github_repo_id", "=", githubRepoId)
    .executeTakeFirst();
  return row && service.api.get<ConfigRepo>(`/config-repos/${row.id}`);
};
const untilRepo = async (githubRepoId: number, wanted: Partial<ConfigRepo>): Promise<ConfigRepo> => {
  await expect.poll(() => findRepo(githubRepoId)).toMatchObject(wanted);
  return (await findRepo(githubRepoId)) as ConfigRepo;
};

const refusal = async (scenario: Scenario) => {
  const { status, body } = await service.api.press(await scenario.byHand());
  return { status, code: body.detail?.error_code, reason: body.detail?.reason };
};
const notConfigured = (reason: string) => ({ status: 503, code: "GITHUB_NOT_CONFIGURED", reason });

describe("installing the app", () => {
  it("registers its repositories, and those added later", async () => {
    const { sandbox } = service;
    const org = newName("Org");
    await sandbox.createOrganization(org);
    const first = await sandbox.createRepository({ owner: org, name: "Search-Config", installed: false });
    await sandbox.install(org, { repositories: [first.id] });
    const installation = sandbox.installation(org);
    expect(await untilRepo(first.id, { status: "active" })).toMatchObject({
      name: `${org}/search-config`.toLowerCase(),
      repo_url: first.html_url,
      auth_ref: String(installation?.id),
      default_branch: "main",
      pr_base_branch: "main",
      registered_via: "installation",
    });
    const second = await sandbox.createRepository({ owner: org, name: "later" });
    await untilRepo(second.id, { status: "active" });
  });

  it("on 2,500 repositories registers them all", async () => {
    const { sandbox, db } = service;
    const org = newName("many");
    await sandbox.createOrganization(org);
    await sandbox.createRepositories(
      org,
      Array.from({ length: 2_500 }, (_, index) => `repo-${index}`),
    );
    await sandbox.install(org);
    const registered = async () => {
      const rows = await db.selectFrom("config_repos").select("name").where("owner", "=", org).execute();
      return new Set(rows.map(({ name }) => name)).size;
    };
    await expect.poll(registered, { interval: 200 }).toBe(2_500);
  });
});

describe("an installation that changes", () => {
  it("leaves presses refused with the reason, and what was marked comes back with it", async () => {
    const { sandbox } = service;
    const scenario = await createScenario(service);
    const { installationId, repository } = scenario;
    await sandbox.suspend(installationId);
    await untilRepo(repository.id, { status: "suspended" });
    expect(await refusal(scenario)).toEqual(notConfigured("suspended"));
    await sandbox.unsuspend(installationId);
    await untilRepo(repository.id, { status: "active" });

    await sandbox.archiveRepository(repository.id);
    await untilRepo(repository.id, { status: "archived" });
    expect(await refusal(scenario)).toEqual(notConfigured("archived"));
    await sandbox.archiveRepository(repository.id, false);
    await untilRepo(repository.id, { status: "active" });

    await sandbox.createRepository({ owner: repository.owner, name: "stays" });
    await sandbox.removeRepository(installationId, repository.id);
    await untilRepo(repository.id, { status: "removed" });
    expect(await refusal(scenario)).toEqual(notConfigured("repo_removed"));
    await sandbox.addRepository(installationId, repository.id);
    const { id } = await untilRepo(repository.id, { status: "active" });
    expect(id).toBe(scenario.configRepoId);
    expect(await service.api.open(await scenario.byHand())).toMatchObject({ status: "pr_opened" });
  });

  it("is followed when the app is uninstalled and installed anew", async () => {
    const { sandbox } = service;
    const scenario = await createScenario(service);
    const { installationId, repository } = scenario;
    await sandbox.uninstall(installationId);
    await untilRepo(repository.id, { status: "removed" });
    expect(await refusal(scenario)).toEqual(notConfigured("uninstalled"));
    const anew = await sandbox.install(repository.owner);
    await untilRepo(repository.id, { status: "active", auth_ref: String(anew.id) });
    expect(anew.id).not.toBe(installationId);
    expect(await service.api.open(await scenario.byHand())).toMatchObject({ status: "pr_opened" });
  });

  it("while a job is running ends the job with a code that says so", async () => {
    const { api, sandbox } = service;
    const scenario = await createScenario(service);
    const { proposalId } = await scenario.fromStudy();
    const held = sandbox.faults.add({
      method: "POST",
      path: `/${scenario.repository.full_name}*/git-receive-pack`,
      fault: { kind: "hold", when: "before" },
    });
    await api.press(proposalId);
    await sandbox.faults.held(held);
    await sandbox.uninstall(scenario.installationId);
    sandbox.faults.remove(held);
    const failed = await api.until(proposalId, ({ open_pr }) => open_pr.state === "failed");
    expect(failed.status).toBe("pending");
    expect(failed.open_pr.error).toMatchObject({ code: "GITHUB_NOT_CONFIGURED", reason: "uninstalled" });
    expect(await sandbox.pulls(scenario.repository.id)).toEqual([]);
  });
});

describe("a repository that is renamed, then pressed for", () => {
  it("gets its pull request under its new name, whether or not the event has arrived", async () => {
    const { api, sandbox } = service;
    const scenario = await createScenario(service);
    const { id, owner } = scenario.repository;
    const rule = sandbox.hooks.addRule({ event: "repository", action: "renamed", do: "hold" });
    await sandbox.renameRepository(id, "renamed-once");
    await sandbox.hooks.held(rule);
    const first = await api.open(await scenario.byHand({ title_boost: { to: 3 } }));
    expect(first.status).toBe("pr_opened");
    expect(first.pr_url).toContain(`/${owner}/renamed-once/pull/`);

    sandbox.hooks.release(rule);
    await untilRepo(id, { repo: "renamed-once" });
    await sandbox.renameRepository(id, "renamed-twice");
    await untilRepo(id, { repo: "renamed-twice" });
    const second = await api.open(await scenario.byHand({ tie_breaker: { to: 0.5 } }));
    expect(second.pr_url).toContain(`/${owner}/renamed-twice/pull/`);
  });

  it("keeps its row through a transfer to another account, a new default branch, and its end", async () => {
    const { sandbox } = service;
    const scenario = await createScenario(service);
    const { id } = scenario.repository;
    const org = newName("new-home");
    await sandbox.createOrganization(org);
    await sandbox.createRepository({ owner: org, name: "seed", installed: false });
    const home = await sandbox.install(org);
    await sandbox.transferRepository(id, org);
    await untilRepo(id, { owner: org, auth_ref: String(home.id), status: "active" });

    await sandbox.pushAs("alice", id, "trunk", { "T.md": "t\n" });
    await sandbox.setDefaultBranch(id, "trunk");
    await untilRepo(id, { default_branch: "trunk", pr_base_branch: "trunk" });
    await sandbox.deleteRepository(id);
    const { id: rowId } = await untilRepo(id, { status: "removed" });
    expect(rowId).toBe(scenario.configRepoId);
  });
});
