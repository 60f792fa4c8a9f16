import { describe, expect, it } from "vitest";
import { findInstallation } from "../../../src/db/installations-store.ts";
import { useStore } from "../../db/store-fixtures.ts";
import { createFakeInstallations, createNumbers } from "./fake-installations.ts";

const store = useStore();
const numbers = createNumbers();
const setUp = (allowed: string[] = []) => createFakeInstallations(store, numbers, allowed);

describe("an installation that changes", () => {
  const installed = async (allowed: string[] = [], login?: string) => {
    const github = setUp(allowed);
    const installation = github.install(login);
    const active = github.add(installation, "config");
    const archived = github.add(installation, "old", { archived: true });
    await github.sync(installation);
    return { github, installation, active, archived };
  };

  it("suspended has its active repositories suspended; unsuspended they are what GitHub says", async () => {
    const { github, installation, active, archived } = await installed();
    installation.suspended = true;
    await github.sync(installation);
    expect(await github.statusOf(installation)).toBe("suspended");
    expect(await github.rowOf(active)).toMatchObject({ status: "suspended" });
    expect(await github.rowOf(archived)).toMatchObject({ status: "archived" });
    expect(github.asked.at(-1), "a suspended one lists nothing").toBe(`installation ${installation.id}`);

    installation.suspended = false;
    await github.sync(installation);
    expect(await github.statusOf(installation)).toBe("active");
    expect(await github.rowOf(active)).toMatchObject({ status: "active" });
    expect(github.logged.map(({ event }) => event)).toEqual(
      expect.arrayContaining(["installation_suspended", "installation_unsuspended"]),
    );
  });

  it("deleted has its repositories removed", async () => {
    const { github, installation, active, archived } = await installed();
    github.uninstall(installation);
    expect(await github.sync(installation)).toBe("done");

    expect(await github.statusOf(installation)).toBe("deleted");
    expect(await github.rowOf(active)).toMatchObject({ status: "removed" });
    expect(await github.rowOf(archived)).toMatchObject({ status: "removed" });
    expect(github.logged).toContainEqual(expect.objectContaining({ event: "installation_deleted" }));
  });

  it("that was never here leaves no trace when it is gone", async () => {
    const github = setUp();
    const id = numbers.next();

    expect(await github.sync({ id })).toBe("done");

    expect(await findInstallation(store.db, id)).toBeUndefined();
    expect(github.logged.map(({ event }) => event)).toEqual([undefined]);
  });

  it("has its new permissions and its new login stored, and its repositories moved with the login", async () => {
    const { github, installation, active } = await installed();
    installation.permissions = { ...installation.permissions, checks: "write" };
    installation.account.login = `Renamed-${installation.id}`;

    await github.sync(installation);

    expect(await findInstallation(store.db, installation.id)).toMatchObject({
      account_login: `Renamed-${installation.id}`,
      permissions: { checks: "write" },
    });
    expect(await github.rowOf(active)).toMatchObject({
      owner: `Renamed-${installation.id}`,
      name: `renamed-${installation.id}/config`,
    });
  });

  it("that is installed anew hands over its repositories by their numbers, in whichever order it is heard", async () => {
    for (const oldFirst of [true, false]) {
      const { github, installation, active } = await installed();
      const before = await github.rowOf(active);
      github.uninstall(installation);
      const anew = github.install(installation.account);
      anew.repositories = installation.repositories;
      for (const one of oldFirst ? [installation, anew] : [anew, installation]) await github.sync(one);

      expect(await github.rowOf(active)).toMatchObject({
        id: before?.id,
        auth_ref: String(anew.id),
        status: "active",
      });
      expect(await github.statusOf(installation)).toBe("deleted");
    }
  });

  it("does not get its repositories back from a newer one of its account by an answer that lags", async () => {
    const { github, installation, active } = await installed();
    const anew = github.install(installation.account);
    anew.repositories = installation.repositories;
    await github.sync(anew);

    await github.sync(installation);

    expect(await github.rowOf(active)).toMatchObject({ auth_ref: String(anew.id), status: "active" });
  });

  it("elsewhere than allowed is not stored, and said so each time", async () => {
    const github = setUp(["acme"]);
    const installation = github.install(`stranger-${numbers.next()}`);
    const repository = github.add(installation, "config");
    for (let look = 0; look < 2; look++) expect(await github.sync(installation)).toBe("done");

    expect(await findInstallation(store.db, installation.id)).toBeUndefined();
    expect(await github.rowOf(repository)).toBeUndefined();
    expect(github.logged.filter(({ event }) => event === "installation_not_allowed")).toMatchObject([
      { level: 40, account_login: installation.account.login, installation_id: installation.id },
      { level: 40 },
    ]);
    expect(github.asked.filter((question) => question.startsWith("repositories"))).toEqual([]);
  });

  it("that was stored before accounts were restricted counts as deleted, until it is allowed again", async () => {
    const { github, installation, active } = await installed();
    const restricted = createFakeInstallations(store, numbers, ["acme"]);
    restricted.reader.installation = github.reader.installation;

    await restricted.sync(installation);
    expect(await github.statusOf(installation)).toBe("deleted");
    expect(await github.rowOf(active)).toMatchObject({ status: "removed" });

    await github.sync(installation);
    expect(await github.statusOf(installation)).toBe("active");
    expect(await github.rowOf(active)).toMatchObject({ status: "active" });
  });

  it("is allowed by its login in any case", async () => {
    const login = `Mixed-${numbers.next()}`;
    const { github, installation } = await installed([login.toLowerCase()], login);
    expect(await github.statusOf(installation)).toBe("active");
  });
});
