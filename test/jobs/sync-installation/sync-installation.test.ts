import { describe, expect, it } from "vitest";
import { setPrBaseBranch } from "../../../src/db/config-repos-store.ts";
import { findInstallation } from "../../../src/db/installations-store.ts";
import { useStore } from "../../db/store-fixtures.ts";
import { createFakeInstallations, createNumbers, WEB } from "./fake-installations.ts";

const store = useStore();
const numbers = createNumbers();
const setUp = () => createFakeInstallations(store, numbers);

describe("an installation that is new", () => {
  it("is stored, and its repositories registered under their lower-cased addresses", async () => {
    const github = setUp();
    const installation = github.install();
    const active = github.add(installation, "Search-Config", { default_branch: "trunk" });
    const archived = github.add(installation, "old", { archived: true });
    const { login } = installation.account;

    expect(await github.sync(installation)).toBe("done");

    expect(await findInstallation(store.db, installation.id)).toMatchObject({
      account_login: login,
      account_id: installation.account.id,
      permissions: installation.permissions,
      status: "active",
      synced_at: expect.any(Date),
    });
    expect(await github.rowOf(active)).toMatchObject({
      name: `${login.toLowerCase()}/search-config`,
      provider: "github",
      repo_url: `${WEB}/${login}/Search-Config`,
      owner: login,
      repo: "Search-Config",
      default_branch: "trunk",
      pr_base_branch: "trunk",
      auth_ref: String(installation.id),
      status: "active",
      registered_via: "installation",
    });
    expect(await github.rowOf(archived)).toMatchObject({ status: "archived" });
  });

  it("changes nothing when it is synced again", async () => {
    const github = setUp();
    const installation = github.install();
    const repository = github.add(installation, "config");
    await github.sync(installation);
    const before = await github.rowOf(repository);

    expect(await github.sync(installation)).toBe("done");

    expect(await github.rowOf(repository)).toEqual(before);
    expect(github.logged.at(-1)).toMatchObject({
      event: "installation_synced",
      registered: 0,
      removed: 0,
      changed: 0,
    });
  });

  it("with 2,500 repositories has them all registered, renamed and removed in a few statements", async () => {
    const github = setUp();
    const installation = github.install();
    for (let index = 0; index < 2_500; index++) github.add(installation, `Config-${index}`);
    const count = async (status: string) => {
      const rows = await store.db
        .selectFrom("config_repos")
        .select("name")
        .where("auth_ref", "=", String(installation.id))
        .where("status", "=", status as "active")
        .execute();
      return rows.length;
    };
    await github.sync(installation);
    expect(await count("active")).toBe(2_500);
    expect(github.logged.filter(({ event }) => event === "config_repo_registered")).toHaveLength(50);
    expect(github.logged.at(-1)).toMatchObject({ registered: 2_500 });

    installation.account.login = `${installation.account.login}-inc`;
    await github.sync(installation);
    const renamed = await github.rowOf(installation.repositories[2_499] ?? never());
    expect(renamed?.name).toBe(`${installation.account.login.toLowerCase()}/config-2499`);
    expect(github.logged.at(-1)).toMatchObject({ renamed: 2_500 });

    installation.repositories.splice(1_000);
    await github.sync(installation);
    expect([await count("active"), await count("removed")]).toEqual([1_000, 1_500]);
  });
});

describe("a registered repository", () => {
  const registered = async (name = "config", changes = {}) => {
    const github = setUp();
    const installation = github.install();
    const repository = github.add(installation, name, changes);
    await github.sync(installation);
    const row = await github.rowOf(repository);
    const lower = installation.account.login.toLowerCase();
    return { github, installation, repository, id: row?.id, lower };
  };

  it("keeps its row and follows its name when it is renamed", async () => {
    const { github, installation, repository, id, lower } = await registered();
    repository.name = "Relevance";

    await github.sync(installation);

    expect(await github.rowOf(repository)).toMatchObject({
      id,
      name: `${lower}/relevance`,
      repo: "Relevance",
      repo_url: `${WEB}/${installation.account.login}/Relevance`,
    });
    expect(github.logged).toContainEqual(
      expect.objectContaining({
        event: "config_repo_renamed",
        config_repo_id: id,
        from: `${installation.account.login}/config`,
      }),
    );
  });

  it("changes names with another one in one sync", async () => {
    const { github, installation, repository, lower } = await registered("a");
    const other = github.add(installation, "b");
    await github.sync(installation);
    [repository.name, other.name] = ["b", "a"];

    await github.sync(installation);

    expect(await github.rowOf(repository)).toMatchObject({ name: `${lower}/b`, repo: "b" });
    expect(await github.rowOf(other)).toMatchObject({ name: `${lower}/a`, repo: "a" });
  });

  it("leaves its name to a new repository that takes it in the same sync", async () => {
    const { github, installation, repository, lower } = await registered("a");
    repository.name = "a-before";
    const successor = github.add(installation, "a");

    await github.sync(installation);

    expect(await github.rowOf(repository)).toMatchObject({ name: `${lower}/a-before` });
    expect(await github.rowOf(successor)).toMatchObject({ name: `${lower}/a` });
  });

  it("keeps a name that was given over the API, whatever it is called on GitHub", async () => {
    const { github, installation, repository } = await registered();
    await store.db
      .updateTable("config_repos")
      .set({ name: `search ${repository.id}`, registered_via: "api" })
      .where("github_repo_id", "=", repository.id)
      .execute();
    repository.name = "relevance";

    await github.sync(installation);

    expect(await github.rowOf(repository)).toMatchObject({
      name: `search ${repository.id}`,
      repo: "relevance",
    });
  });

  it("has its number in its name while another config repo has the name", async () => {
    const { github, installation, repository, lower } = await registered();
    const other = github.add(installation, "other");
    await store.db
      .updateTable("config_repos")
      .set({ name: `${lower}/relevance`, registered_via: "api" })
      .where("github_repo_id", "=", repository.id)
      .execute();
    other.name = "Relevance";

    await github.sync(installation);

    expect(await github.rowOf(other)).toMatchObject({ name: `${lower}/relevance-${other.id}` });
  });

  it("follows the default branch, and takes pull requests there unless somebody chose another branch", async () => {
    const { github, installation, repository } = await registered();
    const chosen = github.add(installation, "chosen");
    await github.sync(installation);
    await setPrBaseBranch(store.db, (await github.rowOf(chosen))?.id ?? "", "release");
    for (const one of [repository, chosen]) one.default_branch = "trunk";

    await github.sync(installation);

    expect(await github.rowOf(repository)).toMatchObject({
      default_branch: "trunk",
      pr_base_branch: "trunk",
    });
    expect(await github.rowOf(chosen)).toMatchObject({ default_branch: "trunk", pr_base_branch: "release" });
  });

  it("is archived and unarchived", async () => {
    const { github, installation, repository } = await registered();
    repository.archived = true;
    await github.sync(installation);
    expect(await github.rowOf(repository)).toMatchObject({ status: "archived" });

    repository.archived = false;
    await github.sync(installation);
    expect(await github.rowOf(repository)).toMatchObject({ status: "active" });
  });

  it("is marked as removed while the installation does not cover it, and keeps what it was", async () => {
    const { github, installation, repository, id } = await registered("config", { archived: true });
    installation.repositories = [];
    await github.sync(installation);
    expect(await github.rowOf(repository)).toMatchObject({ id, status: "removed" });
    expect(github.logged).toContainEqual(
      expect.objectContaining({ event: "config_repo_removed", config_repo_id: id }),
    );

    installation.repositories = [repository];
    await github.sync(installation);
    expect(await github.rowOf(repository)).toMatchObject({ id, status: "archived" });
  });

  it.each(["moving", "too_long"] as const)(
    "is not marked as removed by a list that is %s",
    async (extent) => {
      const { github, installation, repository } = await registered();
      installation.repositories = [];
      const other = github.add(installation, "other");
      installation.extent = extent;

      const outcome = await github.sync(installation);

      expect(await github.rowOf(repository)).toMatchObject({ status: "active" });
      expect(await github.rowOf(other)).toMatchObject({ status: "active" });
      expect(outcome, "one that moves is looked at again").toBe(extent === "moving" ? "lagging" : "done");
      expect(github.logged).toContainEqual(
        expect.objectContaining({ event: "installation_list_incomplete" }),
      );
    },
  );
});

const never = () => {
  throw new Error("the list is shorter");
};
