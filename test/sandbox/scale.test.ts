import { existsSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestSandbox, type TestSandbox } from "../support/test-sandbox.ts";

const REPO = "acme/search-config";
const REPOSITORIES = 2_500;
const PULLS = 1_000;

let world: TestSandbox;
beforeAll(async () => {
  world = await startTestSandbox();
});
afterAll(() => world.close());

describe("2,500 repositories", () => {
  it("are made at once, are all listed page by page, and get their git when it is used", async () => {
    const { sandbox, client } = world;
    await sandbox.createOrganization("big");
    const names = Array.from({ length: REPOSITORIES }, (_, index) => `repo-${index}`);
    const made = await sandbox.createRepositories("big", names);
    const { id } = await sandbox.install("big");
    const minted = await client.send("POST", `/app/installations/${id}/access_tokens`, {
      authorization: `Bearer ${client.appJwt()}`,
    });
    const authorization = `token ${minted.body.token}`;
    const seen = new Set<number>();
    let path: string | undefined = "/installation/repositories?per_page=100";
    while (path !== undefined) {
      const page: { headers: Headers; body: { total_count: number; repositories: { id: number }[] } } =
        await client.send("GET", path, { authorization });
      expect(page.body.total_count).toBe(REPOSITORIES);
      for (const repository of page.body.repositories) seen.add(repository.id);
      path = /<[^>]*\/api\/v3([^>]+)>; rel="next"/.exec(page.headers.get("link") ?? "")?.[1];
    }
    expect(seen).toEqual(new Set(made.map((repository) => repository.id)));

    expect(made.filter(({ git_dir }) => existsSync(git_dir))).toEqual([]);
    const [first] = made;
    const readme = () => client.send("GET", "/repos/big/repo-0/contents/README.md", { authorization });
    const both = await Promise.all([readme(), readme()]);
    expect(both.map(({ status }) => status)).toEqual([200, 200]);
    expect(made.filter(({ git_dir }) => existsSync(git_dir))).toEqual([first]);
    await expect(sandbox.createRepositories("big", ["repo-1"])).rejects.toThrow("exists already");
  });

  it("can be cloned, pushed to and forked like others", async () => {
    const { sandbox } = world;
    const [, second, third] = sandbox.repositories().filter(({ owner }) => owner === "big");
    const sha = await sandbox.pushAs("alice", second?.id ?? 0, "topic", { "a.txt": "a" });
    expect(await sandbox.branchTip(second?.id ?? 0, "topic")).toBe(sha);
    const fork = await sandbox.fork(third?.id ?? 0, "mallory");
    expect(await sandbox.branchTip(fork.id, "main")).toBe(await sandbox.branchTip(third?.id ?? 0, "main"));
  });
});

describe("1,000 open pull requests", () => {
  it("are opened at once, and each is what one opened by hand would be", async () => {
    const { sandbox, client } = world;
    const authorization = `token ${await client.token()}`;
    const byHand = await sandbox.pushAs("bob", REPO, "by-hand", { "h.txt": "1\n2\n" });
    await sandbox.openPull(REPO, { title: "By hand", head: "by-hand" });
    const pulls = await sandbox.openPulls(REPO, PULLS);
    expect(pulls.map(({ number }) => number)).toEqual(Array.from({ length: PULLS }, (_, index) => index + 2));
    const read = async (number: number) =>
      (await client.send("GET", `/repos/${REPO}/pulls/${number}`, { authorization })).body;
    for (const number of [2, 500, PULLS + 1]) {
      const ref = `bulk/${number}`;
      expect(await read(number)).toMatchObject({
        state: "open",
        user: { login: "relyloop[bot]" },
        head: { ref, sha: await sandbox.branchTip(REPO, ref) },
        commits: 1,
        changed_files: 1,
        additions: 1,
        mergeable: true,
      });
    }
    expect(await read(1)).toMatchObject({ head: { sha: byHand }, commits: 1, additions: 2 });
    // One of them is pushed to, one conflicts with what the base has become, one is merged by a push.
    await sandbox.pushToHead(REPO, 2);
    await sandbox.pushAs("alice", REPO, "main", { "bulk/bulk-3.txt": "something else\n" });
    expect(await read(2)).toMatchObject({ commits: 2, changed_files: 2, mergeable: true });
    expect(await read(3)).toMatchObject({ mergeable: false, mergeable_state: "dirty" });
    expect(await read(4)).toMatchObject({ mergeable: true });
    await sandbox.mergePull(REPO, 4);
    const open = (await sandbox.pulls(REPO)).filter(({ state }) => state === "open");
    expect(open).toHaveLength(PULLS);
  });

  it("are refused for a branch that has one, and for a base that isn't there", async () => {
    const { sandbox } = world;
    const twice = [{ title: "T", head: "bulk/5" }];
    await expect(sandbox.openPulls(REPO, twice)).rejects.toThrow("Validation Failed");
    await expect(sandbox.openPulls(REPO, 1, { base: "nowhere" })).rejects.toThrow("no branch nowhere");
  });
});
