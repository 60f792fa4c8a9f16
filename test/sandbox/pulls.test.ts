import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ApiAnswer } from "../support/sandbox-client.ts";
import { startTestSandbox, type TestSandbox } from "../support/test-sandbox.ts";

const REPO = "acme/search-config";
const PULLS = `/repos/${REPO}/pulls`;

let world: TestSandbox;
let authorization: string;
beforeAll(async () => {
  world = await startTestSandbox();
  authorization = `token ${await world.client.token()}`;
});
afterAll(() => world.close());

const send = (method: string, path: string, body?: object): Promise<ApiAnswer> =>
  world.client.send(method, path, { authorization, ...(body ? { body } : {}) });

async function open(branch: string, fields: object = {}): Promise<ApiAnswer> {
  await world.sandbox.pushAs("bob", REPO, branch, { [`${branch}.txt`]: `${branch}\n` });
  return send("POST", PULLS, { title: `Change ${branch}`, head: branch, base: "main", ...fields });
}

describe("opening a pull request", () => {
  it("makes it the bot's, with the numbers git has", async () => {
    const { status, body } = await open("one", { body: "Why." });
    expect(status).toBe(201);
    expect(body).toMatchObject({
      state: "open",
      title: "Change one",
      body: "Why.",
      user: { login: "relyloop[bot]", type: "Bot" },
      head: { ref: "one", sha: await world.sandbox.branchTip(REPO, "one") },
      base: { ref: "main", sha: await world.sandbox.branchTip(REPO, "main") },
      commits: 1,
      additions: 1,
      deletions: 0,
      changed_files: 1,
      mergeable: true,
      merged_at: null,
    });
  });

  it.each([
    [
      "the same branch again",
      { head: "one" },
      { code: "custom", message: "A pull request already exists for acme:one." },
    ],
    ["a branch that isn't there", { head: "nowhere" }, { field: "head", code: "invalid" }],
    ["a branch of somebody's fork", { head: "mallory:one" }, { field: "head", code: "invalid" }],
    ["a base that isn't there", { base: "nowhere" }, { field: "base", code: "invalid" }],
    [
      "a branch without commits of its own",
      { head: "main" },
      { code: "custom", message: "No commits between main and main" },
    ],
    ["a title of 256 characters", { title: "x".repeat(256) }, { code: "custom", field: "title" }],
    ["a blank title", { title: " " }, { code: "missing_field", field: "title" }],
    ["a body of 65,537 code points", { body: "🎈".repeat(65_537) }, { code: "custom", field: "body" }],
  ])("refuses %s", async (_title, fields, problem) => {
    const { status, body } = await send("POST", PULLS, { title: "T", head: "one", base: "main", ...fields });
    expect(status).toBe(422);
    expect(body.message).toBe("Validation Failed");
    expect(body.errors).toEqual([expect.objectContaining({ resource: "PullRequest", ...problem })]);
  });

  it("takes a title of 255 characters and a body of 65,536 code points", async () => {
    expect((await open("long", { title: "x".repeat(255), body: "🎈".repeat(65_536) })).status).toBe(201);
  });

  it.each([
    ["a missing head", { title: "T", base: "main" }, 422, '"head" wasn\'t supplied.'],
    ["a title that is no text", { title: 1, head: "one", base: "main" }, 422, "For 'properties/title'"],
    ["a list", [], 400, "Body should be a JSON object"],
    ["broken JSON", '{"title":', 400, "Problems parsing JSON"],
  ])("refuses %s", async (_title, body, status, message) => {
    const answer = await world.client.send("POST", PULLS, { authorization, body });
    expect(answer.status).toBe(status);
    expect(answer.body.message).toContain(message);
  });

  it("opens one when the same one is asked for ten times at once", async () => {
    await world.sandbox.pushAs("bob", REPO, "race", { "race.txt": "x\n" });
    const body = { title: "Race", head: "race", base: "main" };
    const answers = await Promise.all(Array.from({ length: 10 }, () => send("POST", PULLS, body)));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([201, ...Array(9).fill(422)]);
  });
});

describe("a pull request", () => {
  it("follows the pushes to its branch", async () => {
    const { body } = await open("follow");
    const sha = await world.sandbox.pushAs("alice", REPO, "follow", { "more.txt": "more\n" });
    expect((await send("GET", `${PULLS}/${body.number}`)).body).toMatchObject({ commits: 2, head: { sha } });
  });

  it("is closed, not merged, when its branch is deleted, and can't be reopened then", async () => {
    const { body } = await open("gone");
    await world.sandbox.deleteBranch(REPO, "gone");
    const closed = await send("GET", `${PULLS}/${body.number}`);
    expect(closed.body).toMatchObject({
      state: "closed",
      merged: false,
      merged_at: null,
      head: body.head.sha ? { sha: body.head.sha } : {},
    });
    const reopened = await send("PATCH", `${PULLS}/${body.number}`, { state: "open" });
    expect(reopened.status).toBe(422);
    expect(reopened.body.errors[0].message).toContain("branch has been deleted");
  });

  it("is closed when its branch is reset to its base", async () => {
    const { body } = await open("reset");
    await world.sandbox.git(REPO, "update-ref", "refs/heads/reset", body.base.sha);
    expect((await send("GET", `${PULLS}/${body.number}`)).body).toMatchObject({
      state: "closed",
      merged: false,
    });
  });

  it("is merged when somebody pushes its commits to the base", async () => {
    const { body } = await open("pushed");
    const merge = await world.sandbox.git(
      REPO,
      "commit-tree",
      `${body.head.sha}^{tree}`,
      "-p",
      body.base.sha,
      "-p",
      body.head.sha,
      "-m",
      "by hand",
    );
    await world.sandbox.git(REPO, "update-ref", "refs/heads/main", merge.trim());
    expect((await send("GET", `${PULLS}/${body.number}`)).body).toMatchObject({
      state: "closed",
      merged: true,
    });
  });

  it("is closed and reopened by PATCH", async () => {
    const { body } = await open("again");
    const closed = await send("PATCH", `${PULLS}/${body.number}`, { state: "closed" });
    expect(closed.body).toMatchObject({ state: "closed", merged: false, merged_at: null });
    expect(closed.body.closed_at).not.toBeNull();
    const reopened = await send("PATCH", `${PULLS}/${body.number}`, { state: "open" });
    expect(reopened.body).toMatchObject({ state: "open", closed_at: null });
    expect((await send("PATCH", `${PULLS}/${body.number}`, { state: "draft" })).status).toBe(422);
  });

  it("isn't reopened while another one is open for its branch", async () => {
    const { body } = await open("twice");
    await send("PATCH", `${PULLS}/${body.number}`, { state: "closed" });
    expect((await send("POST", PULLS, { title: "T", head: "twice", base: "main" })).status).toBe(201);
    expect((await send("PATCH", `${PULLS}/${body.number}`, { state: "open" })).status).toBe(422);
  });
});

describe("merging", () => {
  it("is refused for another head, after a conflict, by rebase, and when closed", async () => {
    const { sandbox } = world;
    const { body } = await open("merge-me");
    const path = `${PULLS}/${body.number}/merge`;
    expect((await send("PUT", path, { sha: "0".repeat(40) })).status).toBe(409);
    expect((await send("PUT", path, { merge_method: "rebase" })).status).toBe(405);
    await sandbox.pushAs("alice", REPO, "main", { "merge-me.txt": "something else\n" });
    expect((await send("GET", `${PULLS}/${body.number}`)).body).toMatchObject({
      mergeable: false,
      mergeable_state: "dirty",
    });
    expect((await send("PUT", path, {})).status).toBe(405);
    expect((await send("GET", path)).status).toBe(404);
    await send("PATCH", `${PULLS}/${body.number}`, { state: "closed" });
    expect((await send("PUT", path, {})).status).toBe(405);
  });

  it("by a person leaves a merge commit on the base, and the diff as it was", async () => {
    const { sandbox } = world;
    const { body } = await open("by-alice");
    const oid = await sandbox.mergePull(REPO, body.number);
    expect(await sandbox.branchTip(REPO, "main")).toBe(oid);
    const merged = await send("GET", `${PULLS}/${body.number}`);
    expect(merged.body).toMatchObject({
      merged: true,
      merged_by: { login: "alice" },
      merge_commit_sha: oid,
      changed_files: 1,
    });
    expect((await send("GET", `${PULLS}/${body.number}/merge`)).status).toBe(204);
  });

  it("by squashing leaves one commit with one parent", async () => {
    const { sandbox } = world;
    const { body } = await open("squash-me");
    const oid = await sandbox.mergePull(REPO, body.number, { method: "squash" });
    expect((await sandbox.git(REPO, "rev-list", "--parents", "-n1", oid)).trim().split(" ")).toHaveLength(2);
    expect(await sandbox.git(REPO, "log", "-1", "--format=%s", oid)).toBe(
      `Change squash-me (#${body.number})\n`,
    );
  });
});

describe("the list of pull requests", () => {
  it("filters by state, head and base, and refuses an unknown state", async () => {
    const list = async (query: string): Promise<string[]> =>
      (await send("GET", `${PULLS}?per_page=100&${query}`)).body.map(
        (pull: { head: { ref: string } }) => pull.head.ref,
      );
    expect(await list("head=acme:one&state=all")).toEqual(["one"]);
    expect(await list("head=mallory:one&state=all")).toEqual([]);
    expect(await list("state=open")).not.toContain("gone");
    expect(await list("state=closed")).toContain("gone");
    expect(await list("state=all&base=nowhere")).toEqual([]);
    // Without an owner GitHub does not filter at all.
    expect((await list("head=one&state=all")).length).toBeGreaterThan(1);
    expect((await send("GET", `${PULLS}?state=merged`)).status).toBe(422);
  });

  it("comes in pages that link to each other", async () => {
    const total = (await send("GET", `${PULLS}?state=all&per_page=100`)).body.length;
    const seen: number[] = [];
    let path: string | undefined = `${PULLS}?state=all&per_page=3&sort=created&direction=asc`;
    while (path) {
      const answer: ApiAnswer = await send("GET", path);
      seen.push(...answer.body.map((pull: { number: number }) => pull.number));
      path = /<[^>]*\/api\/v3([^>]+)>; rel="next"/.exec(answer.headers.get("link") ?? "")?.[1];
    }
    expect(seen).toEqual(Array.from({ length: total }, (_, index) => index + 1));
  });
});
