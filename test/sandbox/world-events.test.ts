import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { startTestSandbox, type TestSandbox } from "../support/test-sandbox.ts";
import { listenToEvents, type Told } from "./told.ts";

let world: TestSandbox;
let told: Told;
beforeAll(async () => {
  world = await startTestSandbox();
  told = listenToEvents(world.sandbox);
});
afterAll(() => world.close());
beforeEach(async () => void (await told.since()));

/** An organisation with the app on all of its repositories, of which there are two. */
async function organization(login: string): Promise<{ id: number; one: number; two: number }> {
  const { sandbox } = world;
  await sandbox.createOrganization(login);
  const one = await sandbox.createRepository({ owner: login, name: "one", installed: false });
  const two = await sandbox.createRepository({ owner: login, name: "two", installed: false });
  const { id } = await sandbox.install(login);
  await told.since();
  return { id, one: one.id, two: two.id };
}

const names = (repositories: { full_name: string }[]): string[] =>
  repositories.map(({ full_name }) => full_name);

describe("of an installation the app is told", () => {
  it("when it comes, is suspended, let go on and goes, with what it covers", async () => {
    const { sandbox } = world;
    await sandbox.createOrganization("globex");
    await sandbox.createRepository({ owner: "globex", name: "config", installed: false });
    const { id } = await sandbox.install("globex", { person: "bob" });
    expect(await told.since()).toEqual(["installation.created bob"]);
    expect(names(told.last("installation.created").repositories)).toEqual(["globex/config"]);
    await sandbox.suspend(id);
    await sandbox.suspend(id);
    await sandbox.unsuspend(id);
    await sandbox.uninstall(id);
    expect(await told.since()).toEqual([
      "installation.suspend alice",
      "installation.unsuspend alice",
      "installation.deleted alice",
    ]);
    expect(names(told.last("installation.deleted").repositories)).toEqual(["globex/config"]);
  });

  it("which repositories came and which went, and nothing when it is the same", async () => {
    const { sandbox } = world;
    const { id, one, two } = await organization("umbrella");
    await sandbox.removeRepository(id, one);
    expect(await told.since()).toEqual(["installation_repositories.removed alice"]);
    expect(names(told.last("installation_repositories.removed").repositories_removed)).toEqual([
      "umbrella/one",
    ]);
    await sandbox.addRepository(id, two);
    expect(await told.since()).toEqual([]);
    await sandbox.selectRepositories(id, [one]);
    expect(await told.since()).toEqual([
      "installation_repositories.added alice",
      "installation_repositories.removed alice",
    ]);
    await sandbox.selectRepositories(id, "all", { person: "bob" });
    expect(await told.since()).toEqual(["installation_repositories.added bob"]);
    expect(names(told.last("installation_repositories.added").repositories_added)).toEqual(["umbrella/two"]);
    expect(sandbox.installation(id)?.repository_selection).toBe("all");
  });

  it("when something is granted, not when permissions are lost", async () => {
    const { sandbox } = world;
    const { id } = await organization("initech");
    const { permissions } = sandbox.installation(id) ?? { permissions: {} };
    await sandbox.setPermissions(id, { metadata: "read", contents: "read" });
    expect(await told.since()).toEqual([]);
    await sandbox.setPermissions(id, { metadata: "read", contents: "write" });
    expect(await told.since()).toEqual(["installation.new_permissions_accepted alice"]);
    await sandbox.setAppPermissions({ ...permissions, issues: "write", contents: "read" });
    expect(await told.since()).toEqual([]);
    expect(sandbox.installation(id)?.permissions).toEqual({ metadata: "read", contents: "read" });
    await sandbox.acceptPermissions(id, { person: "bob" });
    expect(await told.since()).toEqual(["installation.new_permissions_accepted bob"]);
    expect(sandbox.installation(id)?.permissions).toMatchObject({ issues: "write", contents: "read" });
    await sandbox.setAppPermissions(permissions);
  });
});

describe("of a repository the app is told", () => {
  it("when it is made, renamed, archived, let live again and deleted", async () => {
    const { sandbox } = world;
    await organization("hooli");
    const { id } = await sandbox.createRepository({ owner: "hooli", name: "three" });
    expect(await told.since()).toEqual(["repository.created alice", "installation_repositories.added alice"]);
    await sandbox.renameRepository(id, "drei", { person: "bob" });
    await sandbox.hooks.idle();
    expect(told.last("repository.renamed").changes.repository.name.from).toBe("three");
    await sandbox.archiveRepository(id);
    await sandbox.archiveRepository(id);
    await sandbox.archiveRepository(id, false);
    await sandbox.deleteRepository(id);
    expect(await told.since()).toEqual([
      "repository.renamed bob",
      "repository.archived alice",
      "repository.unarchived alice",
      "repository.deleted alice",
    ]);
  });

  it("when another branch becomes the default one", async () => {
    const { sandbox } = world;
    const { one } = await organization("acmecorp");
    await sandbox.pushAs("alice", one, "trunk", { "a.txt": "a" });
    expect((await sandbox.setDefaultBranch(one, "trunk")).default_branch).toBe("trunk");
    await sandbox.setDefaultBranch(one, "trunk");
    expect(await told.since()).toEqual(["repository.edited alice"]);
    expect(told.last("repository.edited").changes.default_branch).toEqual({ from: "main" });
    expect((await sandbox.git(one, "symbolic-ref", "HEAD")).trim()).toBe("refs/heads/trunk");
    await expect(sandbox.setDefaultBranch(one, "nowhere")).rejects.toThrow("no branch nowhere");
  });

  it("when it moves: the old owner's installation that it went, the new one's that it came", async () => {
    const { sandbox } = world;
    const from = await organization("old-owner");
    const to = await organization("new-owner");
    await sandbox.renameRepository(from.one, "moving");
    await told.since();
    await sandbox.transferRepository(from.one, "new-owner");
    expect(await told.since()).toEqual([
      "installation_repositories.removed alice",
      "repository.transferred alice",
      "installation_repositories.added alice",
    ]);
    expect(told.last("installation_repositories.removed").installation.id).toBe(from.id);
    expect(told.last("repository.transferred").installation.id).toBe(to.id);
    expect(told.last("repository.transferred").changes.owner.from.user.login).toBe("old-owner");
    // Where the app is on selected repositories only, it loses sight of it.
    await sandbox.selectRepositories(from.id, [from.two]);
    await told.since();
    await sandbox.transferRepository(from.one, "old-owner");
    expect(await told.since()).toEqual(["installation_repositories.removed alice"]);
    expect(sandbox.installation(from.id)?.repositories).toEqual(["old-owner/two"]);
    // One that was selected isn't any more when it comes back.
    await sandbox.renameRepository(from.two, "moving-too");
    await sandbox.transferRepository(from.two, "new-owner");
    await sandbox.transferRepository(from.two, "old-owner");
    expect(sandbox.installation(from.id)?.repositories).toEqual([]);
  });

  it("nothing where the app isn't, nor of bulk", async () => {
    const { sandbox } = world;
    await sandbox.createOrganization("elsewhere");
    const { id } = await sandbox.createRepository({ owner: "elsewhere", name: "quiet", installed: false });
    await sandbox.renameRepository(id, "quieter");
    await sandbox.deleteRepository(id);
    const { one } = await organization("bulk-owner");
    await sandbox.createRepositories("bulk-owner", ["a", "b"]);
    await sandbox.openPulls(one, 3);
    await sandbox.pulls(one);
    expect(await told.since()).toEqual([]);
  });
});

describe("an account that is renamed", () => {
  it("is told of, keeps its installation, and its old addresses lead on", async () => {
    const { sandbox, client } = world;
    const { id, one } = await organization("before");
    await sandbox.renameAccount("before", "after");
    expect(await told.since()).toEqual(["installation_target.renamed alice"]);
    expect(told.last("installation_target.renamed").changes.login.from).toBe("before");
    expect(sandbox.installation("after")?.id).toBe(id);
    expect(sandbox.repository(one).full_name).toBe("after/one");
    const minted = await client.send("POST", `/app/installations/${id}/access_tokens`, {
      authorization: `Bearer ${client.appJwt()}`,
    });
    const moved = await client.send("GET", "/repos/before/one", {
      authorization: `token ${minted.body.token}`,
    });
    expect(moved.status).toBe(301);
    expect(moved.headers.get("location")).toBe(`${sandbox.apiUrl}/repositories/${one}`);
    await expect(sandbox.renameAccount("after", "acme")).rejects.toThrow("acme exists already");
  });
});
