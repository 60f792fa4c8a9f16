import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestSandbox, type TestSandbox } from "../support/test-sandbox.ts";
import { listenToEvents, type Told } from "./told.ts";

let world: TestSandbox;
let told: Told;
beforeAll(async () => {
  world = await startTestSandbox();
  told = listenToEvents(world.sandbox);
});
afterAll(() => world.close());

const read = async (path: string): Promise<string> => (await fetch(world.sandbox.url + path)).text();
const post = (path: string, fields: Record<string, string> = {}) =>
  fetch(world.sandbox.url + path, { method: "POST", body: new URLSearchParams(fields), redirect: "manual" });
const onAccount = (login: string, action: string, fields: Record<string, string> = {}) =>
  post(`/organizations/${login}/settings/installations/${action}`, fields);

async function organization(login: string): Promise<void> {
  const { sandbox } = world;
  await sandbox.createOrganization(login);
  await sandbox.createRepository({ owner: login, name: "one", installed: false });
  await sandbox.createRepository({ owner: login, name: "two", installed: false });
  await told.since();
}

describe("the first page", () => {
  it("leads to every account, and shows long lists of repositories page by page", async () => {
    const { sandbox } = world;
    await sandbox.createOrganization("many");
    await sandbox.createRepositories(
      "many",
      Array.from({ length: 150 }, (_, index) => `repo-${index}`),
    );
    const first = await read("/");
    for (const part of ['<a href="/acme">acme</a>', '<a href="/many">many</a>', "Page 1 of 2", "?page=2"])
      expect(first).toContain(part);
    expect(first).not.toContain("many/repo-149");
    expect(await read("/?page=2")).toContain("many/repo-149");
    expect(await read("/?page=nonsense")).toContain("Page 1 of 2");
  });
});

describe("the page of an account", () => {
  it("installs the app on everything or on chosen repositories, and uninstalls it", async () => {
    const { sandbox } = world;
    await organization("globex");
    expect(await read("/globex")).toContain("Not installed.");
    const back = await onAccount("globex", "install", { selection: "all", person: "bob" });
    expect([back.status, back.headers.get("location")]).toEqual([303, "/globex"]);
    expect(await told.since()).toEqual(["installation.created bob"]);
    expect(await read("/globex")).toContain("on all repositories (2)");
    await onAccount("globex", "uninstall");
    expect(sandbox.installation("globex")).toBeUndefined();
    await onAccount("globex", "install", { selection: "selected", repositories: "one" });
    expect(sandbox.installation("globex")?.repositories).toEqual(["globex/one"]);
  });

  it("adds and removes repositories, suspends, and accepts new permissions", async () => {
    const { sandbox } = world;
    await organization("hooli");
    await sandbox.install("hooli", { repositories: ["hooli/one"], permissions: { metadata: "read" } });
    await told.since();
    const page = await read("/hooli");
    expect(page).toContain("has access");
    expect(page).toContain("has no access");
    expect(page).toContain("It asks for more: checks: write, contents: write");
    await onAccount("hooli", "add-repository", { repository: "hooli/two" });
    await onAccount("hooli", "remove-repository", { repository: "hooli/one" });
    await onAccount("hooli", "select-all");
    await onAccount("hooli", "accept-permissions");
    expect(await read("/hooli")).not.toContain("It asks for more");
    await onAccount("hooli", "suspend");
    expect(await read("/hooli")).toContain("suspended");
    await onAccount("hooli", "unsuspend");
    expect(await told.since()).toEqual(
      [
        "installation_repositories.added",
        "installation_repositories.removed",
        "installation_repositories.added",
        "installation.new_permissions_accepted",
        "installation.suspend",
        "installation.unsuspend",
      ].map((name) => `${name} alice`),
    );
  });

  it("renames it, and is where an installation's own address leads", async () => {
    await organization("initech");
    const { id } = await world.sandbox.install("initech");
    const moved = await fetch(`${world.sandbox.url}/organizations/initech/settings/installations/${id}`, {
      redirect: "manual",
    });
    expect(moved.headers.get("location")).toBe("/initech");
    const renamed = await onAccount("initech", "rename", { login: "initrode" });
    expect(renamed.headers.get("location")).toBe("/initrode");
    expect(await read("/initrode")).toContain("initrode/one");
  });

  it("refuses what makes no sense, and names nobody who isn't there", async () => {
    expect((await fetch(`${world.sandbox.url}/nobody`)).status).toBe(404);
    expect((await onAccount("acme", "explode")).status).toBe(404);
    expect((await onAccount("nobody", "install", { selection: "all" })).status).toBe(404);
    expect((await onAccount("acme", "install", { selection: "some" })).status).toBe(422);
    expect((await onAccount("acme", "rename", { login: "a/b" })).status).toBe(422);
    expect((await onAccount("acme", "add-repository", { repository: "acme/nothing" })).status).toBe(404);
  });
});

describe("the page of a repository", () => {
  it("opens pull requests, renames, transfers, archives, changes the default branch and deletes", async () => {
    const { sandbox } = world;
    await organization("umbrella");
    await sandbox.createOrganization("tricell");
    await sandbox.pushAs("bob", "umbrella/one", "topic", { "t.txt": "t" });
    const fields = { title: "By form", head: "topic", base: "", body: "", draft: "on", person: "bob" };
    const opened = await post("/umbrella/one/pulls", fields);
    expect(opened.headers.get("location")).toBe("/umbrella/one/pull/1");
    expect(await sandbox.pulls("umbrella/one")).toMatchObject([
      { title: "By form", user: "bob", draft: true, base: { ref: "main" }, body: null },
    ]);
    expect(await read("/umbrella/one")).toContain('<span class="state draft">draft</span>');
    await post("/umbrella/one/settings/default-branch", { branch: "topic" });
    await post("/umbrella/one/settings/archive", { archived: "true" });
    expect(sandbox.repository("umbrella/one")).toMatchObject({ default_branch: "topic", archived: true });
    expect(await read("/umbrella/one")).toContain("(archived)");
    await post("/umbrella/one/settings/archive", { archived: "false" });
    const renamed = await post("/umbrella/one/settings/rename", { name: "first" });
    expect(renamed.headers.get("location")).toBe("/umbrella/first");
    const moved = await post("/umbrella/first/settings/transfer", { owner: "tricell" });
    expect(moved.headers.get("location")).toBe("/tricell/first");
    const gone = await post("/tricell/first/settings/delete");
    expect(gone.headers.get("location")).toBe("/");
    expect((await fetch(`${sandbox.url}/tricell/first`)).status).toBe(404);
    expect((await post("/umbrella/two/settings/rename", { name: "../x" })).status).toBe(422);
  });
});
