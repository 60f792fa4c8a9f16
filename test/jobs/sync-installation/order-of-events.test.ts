import { describe, expect, it } from "vitest";
import { useStore } from "../../db/store-fixtures.ts";
import { createFakeInstallations, createNumbers } from "./fake-installations.ts";

const store = useStore();
const numbers = createNumbers();
const setUp = () => createFakeInstallations(store, numbers);

const LONG_AGO = "2020-01-01T00:00:00.000Z";

describe("a repository that is transferred between two accounts with the app", () => {
  const transferred = async () => {
    const github = setUp();
    const [from, to] = [github.install(), github.install()];
    const repository = github.add(from, "config");
    for (const one of [from, to]) await github.sync(one);
    const before = await github.rowOf(repository);
    from.repositories = [];
    to.repositories = [repository];
    repository.owner = to.account;
    return { github, from, to, repository, id: before?.id };
  };

  it.each([
    ["the old", true],
    ["the new", false],
  ])("is the new account's, when %s one is synced first", async (_, oldFirst) => {
    const { github, from, to, repository, id } = await transferred();
    for (const one of oldFirst ? [from, to] : [to, from]) await github.sync(one);

    expect(await github.rowOf(repository)).toMatchObject({
      id,
      owner: to.account.login,
      name: `${to.account.login.toLowerCase()}/config`,
      auth_ref: String(to.id),
      status: "active",
    });
  });

  it("is no longer the old account's, although its list still has it", async () => {
    const { github, from, repository } = await transferred();
    from.repositories = [repository];
    await github.sync(from);

    expect(await github.rowOf(repository)).toMatchObject({ auth_ref: String(from.id), status: "removed" });
  });

  it("is not taken back by a read of the old account that began earlier and is stored later", async () => {
    const { github, from, to, repository } = await transferred();
    from.repositories = [{ ...repository, owner: from.account }];
    github.between(async () => {
      await github.sync(to);
    });
    await github.sync(from);

    expect(await github.rowOf(repository)).toMatchObject({ auth_ref: String(to.id), status: "active" });
  });

  it("is not taken back by a read that does not show yet what its event said", async () => {
    const { github, from, to, repository } = await transferred();
    from.repositories = [{ ...repository, owner: from.account }];
    await github.sync(to);

    expect(await github.sync(from, { said: { removed: [repository.id] } })).toBe("lagging");

    expect(await github.rowOf(repository)).toMatchObject({ auth_ref: String(to.id), status: "active" });
  });
});

describe("an event that was late, early or twice", () => {
  it("looks again while GitHub does not show what it said, and stores what is there meanwhile", async () => {
    const github = setUp();
    const installation = github.install();
    const repository = github.add(installation, "config");
    const missing = numbers.next();

    expect(await github.sync(installation, { said: { added: [missing] } })).toBe("lagging");

    expect(await github.rowOf(repository)).toMatchObject({ status: "active" });
  });

  it("asks GitHub nothing when a later read bears it out", async () => {
    const github = setUp();
    const installation = github.install();
    const repository = github.add(installation, "config");
    await github.sync(installation);
    const asked = github.asked.length;
    const said = { status: "active" as const, added: [repository.id] };

    expect(await github.sync(installation, { said, asked_at: LONG_AGO })).toBe("done");
    expect(await github.sync(installation, { said: null, asked_at: LONG_AGO })).toBe("done");

    expect(github.asked).toHaveLength(asked);
  });

  it.each([
    ["the rows say otherwise", { said: { removed: [1] }, ours: true, asked_at: LONG_AGO }],
    ["the last read began before it", { said: { status: "active" as const } }],
    ["a look before found the list wanting", { said: null, looks: 1, asked_at: LONG_AGO }],
  ])("asks GitHub when %s", async (_, { ours = false, ...job }: { ours?: boolean; said: object | null }) => {
    const github = setUp();
    const installation = github.install();
    const repository = github.add(installation, "config");
    await github.sync(installation);
    const asked = github.asked.length;

    await github.sync(installation, { ...job, ...(ours && { said: { removed: [repository.id] } }) });

    expect(github.asked.length).toBeGreaterThan(asked);
  });

  it("leaves alone what a later read has stored", async () => {
    const github = setUp();
    const installation = github.install();
    const repository = github.add(installation, "config");
    await github.sync(installation);
    const listed = installation.repositories;
    github.between(async () => {
      // Another run goes all the way in between, and sees the repository; this one will not.
      await github.sync(installation);
      installation.repositories = [];
    });
    await github.sync(installation);
    installation.repositories = listed;

    expect(await github.rowOf(repository)).toMatchObject({ status: "active" });
  });
});
