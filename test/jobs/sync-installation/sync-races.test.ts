import { describe, expect, it } from "vitest";
import { insertConfigRepo, type NewConfigRepo } from "../../../src/db/config-repos-store.ts";
import { AppError } from "../../../src/errors.ts";
import { createGithubHost } from "../../../src/github/host.ts";
import { createRegisterConfigRepo } from "../../../src/registry/register-config-repo.ts";
import { useStore } from "../../db/store-fixtures.ts";
import { untilSessionsWait } from "../../support/lock-waits.ts";
import {
  createFakeInstallations,
  createNumbers,
  type FakeInstallation,
  type FakeInstallations,
  type FakeRepository,
  WEB,
} from "./fake-installations.ts";

const store = useStore();
const numbers = createNumbers();
const setUp = () => createFakeInstallations(store, numbers);

/** Registers over the API. @returns the row's name, or the code it was refused with */
const register = async (
  github: FakeInstallations,
  installation: FakeInstallation,
  repository: FakeRepository,
  name: string,
) => {
  const { login } = installation.account;
  const registration = createRegisterConfigRepo({
    db: store.db,
    host: createGithubHost({ webUrl: WEB, apiUrl: "https://api.github.com" }),
    github: {
      installation: github.reader.installation,
      findRepository: async () => ({
        ...repository,
        owner: login,
        full_name: `${login}/${repository.name}`,
      }),
    },
    allowedAccounts: [],
  });
  const repo_url = `${WEB}/${login}/${repository.name}`;
  return registration({ name, repo_url, auth_ref: String(installation.id) }).then(
    (row) => row.name,
    (error: unknown) => (error instanceof AppError ? error.code : Promise.reject(error)),
  );
};

/** As a registration over the API inserts it. */
const apiRow = (
  { id, name: repo, owner, default_branch }: FakeRepository,
  installation: FakeInstallation,
  name: string,
): NewConfigRepo => ({
  name,
  repo_url: `${WEB}/${owner.login}/${repo}`,
  github_repo_id: id,
  owner: owner.login,
  repo,
  default_branch,
  pr_base_branch: default_branch,
  auth_ref: String(installation.id),
  status: "active",
  registered_via: "api",
});

const listRows = (installation: FakeInstallation) =>
  store.db
    .selectFrom("config_repos")
    .selectAll()
    .where("auth_ref", "=", String(installation.id))
    .orderBy("github_repo_id")
    .execute();

describe("a sync while repositories are registered over the API", () => {
  it("leaves every repository registered once, under the name of whoever was first", async () => {
    const github = setUp();
    const installation = github.install();
    const repositories = Array.from({ length: 12 }, (_, index) => github.add(installation, `r${index}`));

    const [names] = await Promise.all([
      Promise.all(repositories.map((one) => register(github, installation, one, `mine ${one.id}`))),
      github.sync(installation),
    ]);

    const rows = await listRows(installation);
    expect(rows).toHaveLength(12);
    for (const [index, row] of rows.entries()) {
      const answer = names[index];
      expect(row.registered_via).toBe(answer === "CONFIG_REPO_EXISTS" ? "installation" : "api");
      expect(row.name).toBe(
        answer === "CONFIG_REPO_EXISTS" ? `${installation.account.login.toLowerCase()}/r${index}` : answer,
      );
    }
  });

  it("plans anew when a name or a repository is taken right before it stores", async () => {
    const github = setUp();
    const installation = github.install();
    const [taken, named] = [github.add(installation, "taken"), github.add(installation, "named")];
    const elsewhere = github.add(github.install(), "elsewhere");
    const name = `${installation.account.login.toLowerCase()}/named`;
    const registered = Promise.withResolvers<void>();
    const goOn = Promise.withResolvers<void>();
    const registering = store.db.transaction().execute(async (trx) => {
      await insertConfigRepo(trx, apiRow(taken, installation, "my own name"));
      await insertConfigRepo(trx, apiRow(elsewhere, installation, name));
      registered.resolve();
      await goOn.promise;
    });
    await registered.promise;
    const syncing = github.sync(installation);
    // The sync has planned, and is at the constraint, once the database says that somebody waits.
    await untilSessionsWait(store.db);
    goOn.resolve();
    await Promise.all([registering, syncing]);

    expect(await github.rowOf(taken)).toMatchObject({ name: "my own name", registered_via: "api" });
    expect(await github.rowOf(elsewhere)).toMatchObject({ name });
    expect(await github.rowOf(named)).toMatchObject({ name: `${name}-${named.id}` });
  });

  it("does not mark as removed what was registered while GitHub was asked", async () => {
    const github = setUp();
    const installation = github.install();
    const repository = { ...github.add(installation, "late") };
    installation.repositories = [];
    github.between(async () => {
      expect(await register(github, installation, repository, "late one")).toBe("late one");
    });

    await github.sync(installation);

    expect(await github.rowOf(repository)).toMatchObject({ status: "active" });
  });

  it("brings two installations that exchange their repositories' names to the same end at once", async () => {
    const github = setUp();
    const [one, other] = [github.install(), github.install()];
    for (let index = 0; index < 50; index++) {
      github.add(one, `r${index}`);
      github.add(other, `r${index}`);
    }
    await Promise.all([github.sync(one), github.sync(other)]);
    [one.account.login, other.account.login] = [other.account.login, one.account.login];

    await Promise.all([github.sync(one), github.sync(other)]);
    // Names are free once the other one has let go of them.
    for (const installation of [one, other, one]) await github.sync(installation);

    for (const installation of [one, other]) {
      const { login } = installation.account;
      expect((await listRows(installation)).map(({ owner, name }) => [owner, name])).toEqual(
        Array.from({ length: 50 }, (_, index) => [login, `${login.toLowerCase()}/r${index}`]),
      );
    }
  });
});

describe("registering over the API", () => {
  it("does not bring back an installation that a sync found gone meanwhile", async () => {
    const github = setUp();
    const installation = github.install();
    const repository = github.add(installation, "config");
    await github.sync(installation);
    installation.repositories = [];
    await github.sync(installation);
    const second = { ...repository, id: numbers.next(), name: "second" };
    const ask = github.reader.installation;
    github.reader.installation = async (id, signal) => {
      github.reader.installation = ask;
      const answer = await ask(id, signal);
      github.uninstall(installation);
      await github.sync(installation);
      return answer;
    };

    expect(await register(github, installation, second, "second")).toBe("AUTH_REF_NOT_FOUND");

    expect(await github.statusOf(installation)).toBe("deleted");
    expect(await github.rowOf(second)).toBeUndefined();
  });
});
