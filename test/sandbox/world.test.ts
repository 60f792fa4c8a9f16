import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestSandbox, type TestSandbox } from "../support/test-sandbox.ts";

const REPO = "acme/search-config";

let world: TestSandbox;
beforeAll(async () => {
  world = await startTestSandbox();
});
afterAll(() => world.close());

describe("a person's push", () => {
  it("adds one commit in the person's name to the branch, or to a new one at the default branch", async () => {
    const { sandbox } = world;
    const tip = await sandbox.branchTip(REPO, "main");
    const oid = await sandbox.pushAs("carol", REPO, "topic", { "a/b.txt": "1\n" }, { message: "Über a" });
    expect(await sandbox.branchTip(REPO, "topic")).toBe(oid);
    expect((await sandbox.git(REPO, "log", "-1", "--format=%P %an %s", oid)).trim()).toBe(
      `${tip} carol Über a`,
    );
    expect(await sandbox.git(REPO, "show", `${oid}:a/b.txt`)).toBe("1\n");
    expect(await sandbox.git(REPO, "show", `${oid}:README.md`)).toContain("Search configuration");
  });

  it("on a given parent replaces what the branch had", async () => {
    const { sandbox } = world;
    const root = (await sandbox.git(REPO, "rev-list", "--max-parents=0", "main")).trim();
    await sandbox.pushAs("carol", REPO, "forced", { "old.txt": "x" });
    const oid = await sandbox.pushAs("carol", REPO, "forced", { "new.txt": "x" }, { parent: root });
    expect((await sandbox.git(REPO, "rev-parse", `${oid}^`)).trim()).toBe(root);
    expect(await sandbox.git(REPO, "ls-tree", "--name-only", oid)).not.toContain("old.txt");
  });

  it("writes bytes as they are", async () => {
    const bytes = Buffer.from([0, 255, 13, 10, 0]);
    const oid = await world.sandbox.pushAs("carol", REPO, "bytes", { "x.bin": bytes });
    const size = await world.sandbox.git(REPO, "cat-file", "-s", `${oid}:x.bin`);
    expect(Number(size)).toBe(bytes.length);
  });

  it("of 2,000 files is one commit", async () => {
    const files = Object.fromEntries(
      Array.from({ length: 2_000 }, (_, n) => [`many/${n % 50}/${n}.json`, `${n}`]),
    );
    const oid = await world.sandbox.pushAs("carol", REPO, "many", files);
    const listed = await world.sandbox.git(REPO, "ls-tree", "-r", "--name-only", oid, "--", "many/");
    expect(listed.trim().split("\n")).toHaveLength(2_000);
  });
});

describe("the world", () => {
  it("can be spoken of by name in any case, and by id", async () => {
    const { sandbox } = world;
    const { id } = sandbox.repository(REPO);
    expect(sandbox.repository("ACME/Search-Config").id).toBe(id);
    expect(sandbox.repository(id).full_name).toBe(REPO);
  });

  it("throws for what it does not have", async () => {
    const { sandbox } = world;
    expect(() => sandbox.repository("acme/nothing")).toThrow("The sandbox has no repository acme/nothing.");
    expect(() => sandbox.repository(1)).toThrow("The sandbox has no repository 1.");
    await expect(sandbox.suspend(1)).rejects.toThrow("no installation 1");
    await expect(sandbox.createRepository({ owner: "nobody", name: "x" })).rejects.toThrow(
      "no account nobody",
    );
    await expect(sandbox.createRepository({ owner: "acme", name: "search-config" })).rejects.toThrow(
      "exists already",
    );
    await expect(sandbox.install("acme")).rejects.toThrow("installed on acme already");
    await expect(sandbox.pushAs("carol", REPO, "x", { 'a"b': "" })).rejects.toThrow(
      "does not write the path",
    );
    await expect(sandbox.git(REPO, "rev-parse", "--verify", "nothing")).rejects.toThrow(
      "git rev-parse ended",
    );
    expect(await sandbox.branchTip(REPO, "nothing")).toBeNull();
  });

  it("covers a new repository by the owner's installation unless told otherwise", async () => {
    const { sandbox } = world;
    const outside = await sandbox.createRepository({ owner: "acme", name: "outside", installed: false });
    const inside = await sandbox.createRepository({
      owner: "acme",
      name: "inside",
      archived: true,
      defaultBranch: "trunk",
    });
    expect(inside).toMatchObject({ archived: true, default_branch: "trunk" });
    expect(sandbox.installation("acme")?.repositories).not.toContain(outside.full_name);
    expect(sandbox.installation("acme")?.repositories).toContain(inside.full_name);
  });

  it("keeps what an installation on everything covers when one repository is taken away", async () => {
    const { sandbox } = world;
    await sandbox.createOrganization("umbrella");
    await sandbox.createRepository({ owner: "umbrella", name: "one", installed: false });
    await sandbox.createRepository({ owner: "umbrella", name: "two", installed: false });
    const { id } = await sandbox.install("umbrella");
    expect(sandbox.installation(id)?.repositories).toEqual(["umbrella/one", "umbrella/two"]);
    await sandbox.removeRepository(id, "umbrella/one");
    expect(sandbox.installation(id)).toMatchObject({
      repository_selection: "selected",
      repositories: ["umbrella/two"],
    });
  });

  it("writes nothing any more once it is closed", async () => {
    const own = await startTestSandbox();
    const { sandbox } = own;
    await own.close();
    await expect(sandbox.createPerson("late")).rejects.toThrow("The sandbox is closed.");
  });
});
