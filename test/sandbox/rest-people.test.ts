import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createRestWorld, REPO, type RestWorld } from "./rest-world.ts";

const R = `/repos/${REPO}`;

let world: RestWorld;
beforeAll(async () => {
  world = await createRestWorld();
});
afterAll(() => world.close());

const send = (method: string, path: string, body?: object) =>
  world.client.send(method, R + path, { authorization: world.token, ...(body ? { body } : {}) });

describe("the permission of", () => {
  const permission = async (name: string) => (await send("GET", `/collaborators/${name}/permission`)).body;

  it.each([
    ["admin", "admin"],
    ["maintain", "write"],
    ["write", "write"],
    ["triage", "read"],
    ["read", "read"],
    ["none", "none"],
  ] as const)("somebody with the role %s is %s", async (role, level) => {
    await world.sandbox.setCollaborator(REPO, "carol", role);
    expect(await permission("carol")).toMatchObject({
      permission: level,
      role_name: role,
      user: { login: "carol" },
    });
  });

  it("anybody is read in a public repository, and none in a private one", async () => {
    const { sandbox, client, token } = world;
    await sandbox.createPerson("dave");
    await sandbox.createRepository({ owner: "acme", name: "open", private: false });
    const answer = await client.send("GET", "/repos/acme/open/collaborators/dave/permission", {
      authorization: token,
    });
    expect(answer.body.permission).toBe("read");
    expect((await permission("dave")).permission).toBe("none");
  });

  it.each(["nobody", "acme", "relyloop%5Bbot%5D"])("%s is not found: that is no person", async (name) => {
    expect((await send("GET", `/collaborators/${name}/permission`)).status).toBe(404);
  });
});

describe("the association of an author", () => {
  it("is MEMBER, COLLABORATOR or NONE in an organisation's repository, and OWNER in one's own", async () => {
    const { sandbox } = world;
    await sandbox.addMember("acme", "member");
    await sandbox.setCollaborator(REPO, "outside", "read");
    for (const person of ["member", "outside", "stranger"]) {
      await sandbox.reviewPull(REPO, 1, { person, state: "approved" });
      await sandbox.commentOnPull(REPO, 1, { person, body: "Hm." });
    }
    const associations = async (path: string) =>
      Object.fromEntries(
        (await send("GET", path)).body.map((one: { user: { login: string }; author_association: string }) => [
          one.user.login,
          one.author_association,
        ]),
      );
    const expected = { member: "MEMBER", outside: "COLLABORATOR", stranger: "NONE" };
    expect(await associations("/pulls/1/reviews")).toMatchObject(expected);
    expect(await associations("/issues/1/comments")).toMatchObject({ ...expected, "relyloop[bot]": "NONE" });

    await sandbox.createRepository({ owner: "stranger", name: "own", installed: false });
    await sandbox.pushAs("stranger", "stranger/own", "topic", { "a.txt": "a" });
    const { id } = await sandbox.install("stranger");
    await sandbox.openPull("stranger/own", { person: "stranger", title: "T", head: "topic" });
    const minted = await world.client.send("POST", `/app/installations/${id}/access_tokens`, {
      authorization: world.app,
    });
    const pull = await world.client.send("GET", "/repos/stranger/own/pulls/1", {
      authorization: `token ${minted.body.token}`,
    });
    expect(pull.body.author_association).toBe("OWNER");
  });
});

describe("a dismissed review", () => {
  it("stays in the list as such, and can't be dismissed again", async () => {
    const { sandbox } = world;
    const { id } = await sandbox.reviewPull(REPO, 1, { person: "bob", state: "changes_requested" });
    await sandbox.dismissReview(REPO, 1, id);
    const { body } = await send("GET", "/pulls/1/reviews");
    expect(body.find((review: { id: number }) => review.id === id).state).toBe("DISMISSED");
    await expect(sandbox.dismissReview(REPO, 1, id)).rejects.toThrow("Validation Failed");
    await expect(sandbox.dismissReview(REPO, 1, 1)).rejects.toThrow("Not Found");
  });
});

describe("a reaction", () => {
  it("is new once, is counted on the comment, and goes with it", async () => {
    const { sandbox } = world;
    const { id } = await sandbox.commentOnPull(REPO, 1, { body: "/relyloop refresh" });
    const react = (content: string) => send("POST", `/issues/comments/${id}/reactions`, { content });
    const first = await react("eyes");
    expect(first).toMatchObject({ status: 201, body: { content: "eyes", user: { login: "relyloop[bot]" } } });
    expect(await react("eyes")).toMatchObject({ status: 200, body: { id: first.body.id } });
    expect((await react("+1")).status).toBe(201);
    await sandbox.reactToComment(REPO, id, { content: "eyes" });
    const rollup = async () => (await send("GET", `/issues/comments/${id}`)).body.reactions;
    expect(await rollup()).toMatchObject({ total_count: 3, eyes: 2, "+1": 1, rocket: 0 });
    expect((await react("love")).status).toBe(422);
    expect((await send("POST", "/issues/comments/1/reactions", { content: "eyes" })).status).toBe(404);
  });

  it("is allowed by either of two permissions", async () => {
    const { client, comment } = world;
    const authorization = `token ${await client.token({ permissions: { pull_requests: "write" } })}`;
    const path = `${R}/issues/comments/${comment}/reactions`;
    expect((await client.send("POST", path, { authorization, body: { content: "heart" } })).status).toBe(201);
  });
});

describe("an ETag", () => {
  it.each([
    "",
    "/pulls/1",
    "/pulls/1/reviews",
    "/issues/1/comments",
    "/commits/main/check-runs",
    "/commits/main/status",
  ])("of %s stays the same, and costs nothing, while nothing changes", async (path) => {
    const remaining = (answer: { headers: Headers }) => Number(answer.headers.get("x-ratelimit-remaining"));
    const first = await send("GET", path);
    const options = {
      authorization: world.token,
      headers: { "if-none-match": first.headers.get("etag") ?? "" },
    };
    const again = await world.client.send("GET", R + path, options);
    expect(again.status).toBe(304);
    expect(again.headers.get("etag")).toBe(first.headers.get("etag"));
    expect(remaining(again)).toBe(remaining(first));
    expect(remaining(await send("GET", path))).toBe(remaining(first) - 1);
  });
});

describe("installations", () => {
  it("are listed in pages, and those that changed since a time", async () => {
    const { sandbox, client, app } = world;
    for (const login of ["org-a", "org-b", "org-c"]) {
      await sandbox.createOrganization(login);
      await sandbox.install(login);
    }
    const list = (query: string) => client.send("GET", `/app/installations?${query}`, { authorization: app });
    const all = (await list("per_page=100")).body.length;
    const page = await list("per_page=2&page=2");
    expect(page.body).toHaveLength(2);
    expect(page.headers.get("link")).toContain(`page=${Math.ceil(all / 2)}>; rel="last"`);
    expect((await list("since=2999-01-01T00:00:00Z")).body).toEqual([]);
    expect((await list("since=2000-01-01T00:00:00Z&per_page=100")).body).toHaveLength(all);
  });
});
