import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { BRANCH, createRestWorld, FILE, REPO, type RestWorld } from "./rest-world.ts";

const R = `/repos/${REPO}`;

let world: RestWorld;
beforeAll(async () => {
  world = await createRestWorld();
});
afterAll(() => world.close());

const send = (method: string, path: string, body?: unknown) =>
  world.client.send(method, path, { authorization: world.token, ...(body === undefined ? {} : { body }) });

describe("what isn't there", () => {
  it.each([
    ["GET", "/app/nothing", 404],
    ["GET", "/users/nobody", 404],
    ["GET", "/repos/acme/nothing", 404],
    ["GET", `${R}/branches/nothing`, 404],
    ["GET", `${R}/contents/nothing.json`, 404],
    ["GET", `${R}/contents/${FILE}?ref=nothing`, 404],
    ["GET", `${R}/contents/..%2F..%2Fstate.json`, 404],
    ["GET", `${R}/collaborators/nobody/permission`, 404],
    ["GET", `${R}/git/ref/heads/relyloop`, 404],
    ["PATCH", `${R}/git/refs/heads/nothing`, 422, { sha: "0".repeat(40) }],
    ["DELETE", `${R}/git/refs/heads/nothing`, 422],
    ["GET", `${R}/commits/nothing`, 422],
    ["GET", `${R}/commits/main@%7B1%7D`, 422],
    ["GET", `${R}/commits/nothing/check-runs`, 422],
    ["GET", `${R}/pulls/99`, 404],
    ["GET", `${R}/pulls/one`, 404],
    ["PATCH", `${R}/pulls/99`, 404, { title: "T" }],
    ["GET", `${R}/pulls/99/files`, 404],
    ["PUT", `${R}/pulls/99/merge`, 404, {}],
    ["GET", `${R}/issues/99/comments`, 404],
    ["POST", `${R}/issues/99/comments`, 404, { body: "Hello." }],
    ["GET", `${R}/issues/comments/1`, 404],
    ["PATCH", `${R}/issues/comments/1`, 404, { body: "Hello." }],
    ["DELETE", `${R}/issues/comments/1`, 404],
    ["GET", `${R}/check-runs/1`, 404],
    ["PATCH", `${R}/check-runs/1`, 404, { status: "queued" }],
  ])("%s %s answers %i", async (method, path, status, body?: object) => {
    // What no operation describes is outside GitHub's description too, so it is not held against it.
    const answer = path === "/app/nothing" ? { status: 404 } : await send(method, path, body);
    expect(answer.status).toBe(status);
  });
});

describe("contents", () => {
  it("are the bytes of a file, the target of a link, the commit of a submodule, the names of a folder", async () => {
    const { sandbox } = world;
    const commit = "1".repeat(40);
    await sandbox.pushAs("alice", REPO, "kinds", {
      "a file ü.txt": "text\n",
      link: { symlink: "README.md" },
      module: { submodule: commit },
      "run.sh": { executable: "#!/bin/sh\n" },
    });
    const get = async (path: string) => (await send("GET", `${R}/contents/${path}?ref=kinds`)).body;
    const file = await get(encodeURIComponent("a file ü.txt"));
    expect(file).toMatchObject({ type: "file", size: 5, encoding: "base64", path: "a file ü.txt" });
    expect(Buffer.from(file.content, "base64").toString()).toBe("text\n");
    expect(await get("link")).toMatchObject({ type: "symlink", target: "README.md" });
    expect(await get("module")).toMatchObject({ type: "submodule", sha: commit });
    const names = (await get("")).map(
      (entry: { name: string; type: string }) => `${entry.type} ${entry.name}`,
    );
    expect(names).toContain("dir clusters");
    expect(names).toContain("symlink link");
  });

  it("of more than 1 MB are refused", async () => {
    await world.sandbox.pushAs("alice", REPO, "big", { "big.json": "x".repeat(1024 * 1024 + 1) });
    expect((await send("GET", `${R}/contents/big.json?ref=big`)).status).toBe(403);
  });
});

describe("references", () => {
  const sha = () => world.baseSha;
  it.each([
    ["one that exists", () => ({ ref: "refs/heads/main", sha: sha() }), "Reference already exists"],
    [
      "an object that isn't there",
      () => ({ ref: "refs/heads/x", sha: "1".repeat(40) }),
      "Object does not exist",
    ],
    ["no object id", () => ({ ref: "refs/heads/x", sha: "main" }), "Object does not exist"],
    ["a short name", () => ({ ref: "x", sha: sha() }), "Reference name must start with"],
    ["a name git forbids", () => ({ ref: "refs/heads/a..b", sha: sha() }), "Reference update failed"],
    ["nothing", () => ({}), '"ref" wasn\'t supplied'],
  ])("are not created for %s", async (_title, body, message) => {
    const answer = await send("POST", `${R}/git/refs`, body());
    expect(answer.status).toBe(422);
    expect(answer.body.message).toContain(message);
  });

  it("are not created where a rule forbids it", async () => {
    await world.sandbox.setBranchRule(REPO, { kind: "creations_restricted", pattern: "locked/*" });
    const refused = await send("POST", `${R}/git/refs`, { ref: "refs/heads/locked/x", sha: world.baseSha });
    const allowed = await send("POST", `${R}/git/refs`, { ref: "refs/heads/free/x", sha: world.baseSha });
    await world.sandbox.setBranchRule(REPO, null);
    expect(refused).toMatchObject({ status: 422, body: { message: "Reference update failed" } });
    expect(allowed.status).toBe(201);
  });

  it("move only forward, unless forced", async () => {
    await send("POST", `${R}/git/refs`, { ref: "refs/heads/moving", sha: world.headSha });
    const back = await send("PATCH", `${R}/git/refs/heads/moving`, { sha: world.baseSha });
    expect(back).toMatchObject({ status: 422, body: { message: "Update is not a fast forward" } });
    const forced = await send("PATCH", `${R}/git/refs/heads/moving`, { sha: world.baseSha, force: true });
    expect(forced.body.object.sha).toBe(world.baseSha);
  });

  it("match by the start of their name", async () => {
    const { body } = await send("GET", `${R}/git/matching-refs/heads/rely`);
    expect(body.map((ref: { ref: string }) => ref.ref)).toEqual([`refs/heads/${BRANCH}`]);
    expect((await send("GET", `${R}/git/matching-refs/heads/nothing`)).body).toEqual([]);
  });
});

describe("comments", () => {
  it.each([
    ["blank", { body: "  " }],
    ["too long", { body: "x".repeat(65_537) }],
    ["missing", {}],
  ])("are refused when %s", async (_title, body) => {
    expect((await send("POST", `${R}/issues/1/comments`, body)).status).toBe(422);
    expect((await send("PATCH", `${R}/issues/comments/${world.comment}`, body)).status).toBe(422);
  });

  it("are made anew by every POST, and only the bot's own can be changed or deleted", async () => {
    const { sandbox } = world;
    const first = await send("POST", `${R}/issues/1/comments`, { body: "Same." });
    const second = await send("POST", `${R}/issues/1/comments`, { body: "Same." });
    expect(second.body.id).not.toBe(first.body.id);
    expect(first.body).toMatchObject({
      user: { login: "relyloop[bot]" },
      performed_via_github_app: { slug: "relyloop" },
    });
    const alices = await sandbox.commentOnPull(REPO, 1, { body: "Mine." });
    expect((await send("PATCH", `${R}/issues/comments/${alices.id}`, { body: "Taken." })).status).toBe(403);
    expect((await send("DELETE", `${R}/issues/comments/${alices.id}`)).status).toBe(403);
    expect((await send("DELETE", `${R}/issues/comments/${second.body.id}`)).status).toBe(204);
    expect((await sandbox.comments(REPO, 1)).map(({ id }) => id)).not.toContain(second.body.id);
  });
});

describe("check runs", () => {
  const output = (summary: string) => ({ output: { title: "T", summary } });
  it.each([
    ["a commit that isn't there", { name: "n", head_sha: "1".repeat(40) }],
    ["no name", { head_sha: "1".repeat(40) }],
    ["a summary of 65,536 characters", { name: "n", head_sha: "", ...output("x".repeat(65_536)) }],
    [
      "four actions",
      { name: "n", head_sha: "", actions: Array(4).fill({ label: "l", description: "d", identifier: "i" }) },
    ],
    ["completion without a conclusion", { name: "n", head_sha: "head", status: "completed" }],
  ])("are refused for %s", async (_title, body) => {
    const head_sha = "head_sha" in body && body.head_sha === "head" ? world.headSha : body.head_sha;
    expect((await send("POST", `${R}/check-runs`, { ...body, head_sha })).status).toBe(422);
  });

  it("are completed by a conclusion, and the latest of a name is listed", async () => {
    const path = `${R}/commits/${world.headSha}/check-runs`;
    const { body } = await send("POST", `${R}/check-runs`, { name: "RelyLoop", head_sha: world.headSha });
    const done = await send("PATCH", `${R}/check-runs/${body.id}`, {
      conclusion: "success",
      ...output("Fine."),
    });
    expect(done.body).toMatchObject({
      status: "completed",
      conclusion: "success",
      pull_requests: [{ number: 1 }],
    });
    expect((await send("GET", path)).body).toMatchObject({ total_count: 1, check_runs: [{ id: body.id }] });
    expect((await send("GET", `${path}?filter=all`)).body.total_count).toBe(2);
  });

  it("and statuses fold into one state: the latest of each context, the worst of them", async () => {
    const { sandbox } = world;
    const state = async () => (await send("GET", `${R}/commits/${world.headSha}/status`)).body.state;
    expect(await state()).toBe("success");
    await sandbox.setStatus(REPO, 1, { state: "failure", context: "lint" });
    expect(await state()).toBe("failure");
    await sandbox.setStatus(REPO, 1, { state: "pending", context: "lint" });
    expect(await state()).toBe("pending");
    await sandbox.setStatus(REPO, 1, { state: "success", context: "lint" });
    expect(await state()).toBe("success");
  });
});

describe("every answer", () => {
  it("has an id and the caller's limits, and is 304 for who has it already", async () => {
    const first = await send("GET", `${R}/pulls/1`);
    expect(first.headers.get("x-github-request-id")).toMatch(/^[0-9A-F-]{36}$/);
    const etag = first.headers.get("etag") ?? "";
    const again = await world.client.send("GET", `${R}/pulls/1`, {
      authorization: world.token,
      headers: { "if-none-match": etag },
    });
    expect(again).toMatchObject({ status: 304, body: undefined });
    // A conditional request that brings nothing new does not count.
    expect(
      Number(first.headers.get("x-ratelimit-remaining")) - Number(again.headers.get("x-ratelimit-remaining")),
    ).toBe(0);
    await world.sandbox.commentOnPull(REPO, 1, { body: "News." });
    const changed = await world.client.send("GET", `${R}/pulls/1`, {
      authorization: world.token,
      headers: { "if-none-match": etag },
    });
    expect(changed.status).toBe(200);
  });

  it("about a renamed repository leads to it by id", async () => {
    const { sandbox } = world;
    const { id } = sandbox.repository("acme/other");
    await sandbox.renameRepository("acme/other", "another");
    const moved = await send("GET", "/repos/acme/other/pulls?state=all");
    expect(moved.status).toBe(301);
    const location = moved.headers.get("location") ?? "";
    expect(location).toBe(`${sandbox.apiUrl}/repositories/${id}/pulls?state=all`);
    expect((await send("GET", location.slice(sandbox.apiUrl.length))).status).toBe(200);
    expect(
      (await send("POST", "/repos/acme/other/pulls", { title: "T", head: "x", base: "main" })).status,
    ).toBe(307);
    expect((await send("GET", "/repos/ACME/Another")).body.full_name).toBe("acme/another");
  });
});
