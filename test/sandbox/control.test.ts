import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { startTestSandbox, type TestSandbox } from "../support/test-sandbox.ts";

const REPO = "acme/search-config";
const CONTROL_REPO = `/repositories/${REPO}`;

let world: TestSandbox;
beforeAll(async () => {
  world = await startTestSandbox();
});
afterEach(() => world.sandbox.faults.clear());
afterAll(() => world.close());

async function control(method: string, path: string, body?: object) {
  const response = await fetch(`${world.sandbox.url}/_sandbox${path}`, {
    method,
    ...(body ? { body: JSON.stringify(body), headers: { "content-type": "application/json" } } : {}),
  });
  const text = await response.text();
  return { status: response.status, body: text === "" ? undefined : JSON.parse(text) };
}

describe("the control API", () => {
  it("makes organisations, repositories and commits", async () => {
    expect((await control("POST", "/organizations", { login: "initech" })).body.login).toBe("initech");
    const files = {
      "a.txt": "a\n",
      "b.bin": { base64: "AAEC" },
      link: { symlink: "a.txt" },
      run: { executable: "x" },
    };
    const made = await control("POST", "/repositories", {
      owner: "initech",
      name: "config",
      files,
      defaultBranch: "trunk",
    });
    expect(made.body).toMatchObject({ full_name: "initech/config", default_branch: "trunk" });
    const modes = await world.sandbox.git("initech/config", "ls-tree", "trunk");
    expect(
      modes
        .split("\n")
        .map((line) => line.slice(0, 6))
        .filter(Boolean),
    ).toEqual(["100644", "100644", "120000", "100755"]);
    expect(world.sandbox.installation("initech")?.repositories).toEqual(["initech/config"]);
    const commit = await control("POST", "/repositories/initech/config/commits", {
      branch: "topic",
      files: { "a.txt": null },
    });
    expect(await world.sandbox.branchTip("initech/config", "topic")).toBe(commit.body.sha);
    expect(await world.sandbox.git("initech/config", "ls-tree", "--name-only", "topic")).not.toContain(
      "a.txt",
    );
    expect((await control("DELETE", "/repositories/initech/config/branches/topic")).status).toBe(204);
    expect(await world.sandbox.branchTip("initech/config", "topic")).toBeNull();
  });

  it("changes repositories and installations", async () => {
    const { sandbox } = world;
    const rule = { kind: "protected", pattern: "main" };
    expect((await control("PATCH", CONTROL_REPO, { archived: true, branch_rule: rule })).body.archived).toBe(
      true,
    );
    expect((await control("PATCH", CONTROL_REPO, { archived: false, branch_rule: null })).body.archived).toBe(
      false,
    );
    await sandbox.createRepository({ owner: "acme", name: "temp", installed: false });
    expect((await control("PATCH", "/repositories/acme/temp", { name: "lasting" })).body.full_name).toBe(
      "acme/lasting",
    );
    const change = { suspended: true, add_repositories: ["acme/lasting"], remove_repositories: [REPO] };
    expect((await control("PATCH", "/installations/acme", change)).body).toMatchObject({
      suspended: true,
      repositories: ["acme/lasting"],
    });
    expect((await control("DELETE", "/installations/acme")).status).toBe(204);
    expect(sandbox.installation("acme")).toBeUndefined();
    expect((await control("PUT", "/installations/acme")).body.repository_selection).toBe("all");
  });

  it("does what people do on a pull request", async () => {
    const { sandbox, client } = world;
    await sandbox.pushAs("bob", REPO, "topic", { "x.txt": "x\n" });
    const authorization = `token ${await client.token()}`;
    await client.send("POST", `/repos/${REPO}/pulls`, {
      authorization,
      body: { title: "T", head: "topic", base: "main" },
    });
    const pull = `${CONTROL_REPO}/pulls/1`;
    expect((await control("POST", `${pull}/comments`, { person: "bob", body: "Hm." })).body.user).toBe("bob");
    expect((await control("POST", `${pull}/reviews`, { state: "approved" })).status).toBe(200);
    expect((await control("POST", `${pull}/statuses`, { state: "success" })).status).toBe(200);
    expect((await control("POST", `${pull}/push-to-base`)).body.sha).toBe(
      await sandbox.branchTip(REPO, "main"),
    );
    expect((await control("POST", `${pull}/close`)).status).toBe(200);
    expect((await control("POST", `${pull}/reopen`)).status).toBe(200);
    expect((await control("POST", `${pull}/merge`)).body.sha).toBe(await sandbox.branchTip(REPO, "main"));
    expect((await control("POST", `${pull}/merge`)).status).toBe(405);
  });

  it("renames, transfers, forks and deletes, and gives people their roles", async () => {
    const { sandbox } = world;
    await control("POST", "/organizations", { login: "pied-piper" });
    await control("POST", "/organizations", { login: "hooli" });
    const bulk = { owner: "pied-piper", names: ["one", "two"] };
    expect((await control("POST", "/repositories/bulk", bulk)).body).toEqual({ made: 2 });
    const repository = "/repositories/pied-piper/one";
    await control("POST", `${repository}/commits`, { branch: "trunk", files: { "a.txt": "a" } });
    expect((await control("PATCH", repository, { default_branch: "trunk" })).body.default_branch).toBe(
      "trunk",
    );
    expect((await control("POST", `${repository}/forks`, { person: "mallory" })).body.fork_of).toBe(
      "pied-piper/one",
    );
    expect((await control("PUT", `${repository}/collaborators/bob`, { role: "write" })).status).toBe(204);
    expect((await control("PUT", "/organizations/pied-piper/members/bob")).status).toBe(204);
    const tip = await sandbox.branchTip("pied-piper/one", "trunk");
    expect((await control("PUT", `${repository}/branches/x/y`, { sha: tip })).status).toBe(204);
    expect(await sandbox.branchTip("pied-piper/one", "x/y")).toBe(tip);
    expect((await control("PATCH", repository, { owner: "hooli" })).body.full_name).toBe("hooli/one");
    expect((await control("PATCH", "/accounts/hooli", { login: "gavin" })).status).toBe(204);
    expect((await control("GET", "/repositories/gavin/one")).body.owner).toBe("gavin");
    expect((await control("DELETE", "/repositories/gavin/one")).status).toBe(204);
    expect((await control("GET", "/repositories/gavin/one")).status).toBe(404);
  });

  it("installs on chosen repositories, selects others, and grants what the app asks for", async () => {
    const { sandbox } = world;
    await control("POST", "/organizations", { login: "aviato" });
    await control("POST", "/repositories/bulk", { owner: "aviato", names: ["one", "two"] });
    const body = { repositories: ["aviato/one"], permissions: { metadata: "read" }, person: "bob" };
    expect((await control("PUT", "/installations/aviato", body)).body.repositories).toEqual(["aviato/one"]);
    expect((await control("PATCH", "/installations/aviato", { repositories: "all" })).body).toMatchObject({
      repository_selection: "all",
    });
    const { permissions } = sandbox.installation("acme") ??
      sandbox.installation("initech") ?? { permissions: {} };
    const asked = { ...permissions, issues: "write" };
    expect((await control("PATCH", "/settings", { app_permissions: asked })).status).toBe(204);
    await control("PATCH", "/installations/aviato", { accept_permissions: true });
    expect((await control("GET", "/installations/aviato")).body.permissions).toEqual(asked);
    expect((await control("DELETE", "/installations/aviato", { person: "bob" })).status).toBe(204);
    expect((await control("GET", "/installations/aviato")).status).toBe(404);
  });

  it("opens pull requests, one and many, and does the rest of what people do on them", async () => {
    const { sandbox } = world;
    await control("POST", "/organizations", { login: "erlich" });
    await sandbox.createRepository({ owner: "erlich", name: "config" });
    await sandbox.pushAs("alice", "erlich/config", "topic", { "t.txt": "t" });
    const pulls = "/repositories/erlich/config/pulls";
    const opened = await control("POST", pulls, { title: "T", head: "topic", draft: true });
    expect(opened.body).toMatchObject({ number: 1, draft: true });
    expect((await control("POST", `${pulls}/bulk`, { pulls: 2 })).body).toEqual({ numbers: [2, 3] });
    const act = (action: string, body?: object) => control("POST", `${pulls}/1/${action}`, body);
    expect((await act("ready-for-review")).status).toBe(200);
    expect((await act("convert-to-draft")).status).toBe(200);
    expect((await act("edit", { title: "New", body: null })).status).toBe(200);
    const files = { "u.txt": { base64: "AAEC" } };
    expect((await act("push-to-head", { files })).body.sha).toBe(
      await sandbox.branchTip("erlich/config", "topic"),
    );
    const { body: comment } = await act("comments", { body: "Hm." });
    expect((await act("edit-comment", { comment: comment.id, body: "Well." })).body.body).toBe("Well.");
    expect((await act("react", { comment: comment.id, content: "eyes" })).status).toBe(200);
    expect((await control("GET", `${pulls}/1/comments`)).body).toMatchObject([{ body: "Well." }]);
    expect((await act("delete-comment", { comment: comment.id })).status).toBe(200);
    const { body: review } = await act("reviews", { state: "approved", person: "bob" });
    expect((await act("dismiss-review", { review: review.id })).status).toBe(200);
    const { body: run } = await act("checks", { app: "ci", name: "lint", status: "queued" });
    expect((await act("rerun-check", { check_run: run.id })).status).toBe(200);
    expect(
      (await act("reset-head", { to: (await sandbox.pulls("erlich/config"))[0]?.head.sha })).status,
    ).toBe(200);
    expect((await act("delete-branch")).status).toBe(200);
    expect((await act("restore-branch")).status).toBe(200);
    expect((await control("GET", pulls)).body[0]).toMatchObject({ title: "New", state: "closed" });
  });

  it("adds, holds, releases and removes faults, and shows the requests", async () => {
    const { sandbox } = world;
    await control("DELETE", "/requests");
    const { body } = await control("POST", "/faults", {
      path: "*/meta",
      fault: { kind: "hold", when: "before" },
    });
    const answer = fetch(`${sandbox.apiUrl}/meta`);
    expect((await control("GET", `/faults/${body.id}/held`)).body).toEqual({ held: true });
    expect((await control("POST", `/faults/${body.id}/release`)).status).toBe(204);
    expect((await answer).status).toBe(200);
    expect((await control("GET", "/requests")).body).toMatchObject([{ path: "/api/v3/meta", status: 200 }]);
    expect((await control("GET", "/faults")).body).toMatchObject([{ id: body.id, applied: 1 }]);
    expect((await control("DELETE", `/faults/${body.id}`)).status).toBe(204);
    expect((await control("DELETE", "/faults")).status).toBe(204);
    expect(sandbox.faults.list()).toEqual([]);
  });

  it.each([
    ["POST", "/organizations", {}, 422],
    ["POST", "/repositories", { owner: "nobody", name: "x" }, 404],
    ["POST", "/repositories", { owner: "acme", name: "search-config" }, 400],
    ["POST", "/repositories", { owner: "acme", name: "../x" }, 422],
    ["POST", "/repositories", { owner: "acme", name: "x", unknown: 1 }, 422],
    ["PATCH", "/repositories/acme/nothing", {}, 404],
    ["PATCH", CONTROL_REPO, { branch_rule: { kind: "protected", pattern: "$(x)" } }, 422],
    ["POST", `${CONTROL_REPO}/commits`, { branch: "x", files: { a: 1 } }, 422],
    ["DELETE", "/repositories/acme/nothing/branches/x", undefined, 404],
    ["PATCH", "/installations/nobody", {}, 404],
    ["PUT", "/installations/nobody", undefined, 404],
    ["PATCH", "/settings", { stateless_tokens: "yes" }, 422],
    ["PATCH", "/settings", { unknown: true }, 422],
    ["PATCH", "/accounts/nobody", { login: "somebody" }, 404],
    ["PATCH", "/accounts/acme", {}, 422],
    ["POST", "/repositories/bulk", { owner: "acme", names: ["a/b"] }, 422],
    ["POST", "/repositories/bulk", { owner: "nobody", names: ["a"] }, 404],
    ["PATCH", CONTROL_REPO, { owner: "nobody" }, 404],
    ["PATCH", CONTROL_REPO, { default_branch: "nowhere" }, 404],
    ["DELETE", "/repositories/acme/nothing", undefined, 404],
    ["PUT", `${CONTROL_REPO}/collaborators/bob`, { role: "king" }, 422],
    ["PUT", `${CONTROL_REPO}/branches/x`, { sha: "main" }, 422],
    ["PUT", `${CONTROL_REPO}/branches/x`, { sha: "1".repeat(40) }, 422],
    ["DELETE", `${CONTROL_REPO}/branches/main`, undefined, 422],
    ["PUT", "/organizations/nobody/members/bob", undefined, 404],
    ["POST", `${CONTROL_REPO}/pulls`, { title: "T", head: "nowhere" }, 422],
    ["POST", `${CONTROL_REPO}/pulls/bulk`, { pulls: 0 }, 422],
    ["POST", `${CONTROL_REPO}/pulls/99/checks`, {}, 404],
    ["POST", `${CONTROL_REPO}/pulls/1/checks`, { conclusion: "great" }, 422],
    ["POST", `${CONTROL_REPO}/pulls/1/react`, { comment: 1, content: "love" }, 422],
    ["POST", `${CONTROL_REPO}/pulls/1/edit-comment`, { comment: 1, body: "x" }, 404],
    ["POST", "/faults", { fault: { kind: "earthquake" } }, 422],
    ["POST", "/faults/none/release", undefined, 400],
    ["POST", `${CONTROL_REPO}/pulls/99/merge`, undefined, 404],
    ["POST", `${CONTROL_REPO}/pulls/99/reviews`, { state: "loved" }, 422],
    ["GET", "/nothing", undefined, 404],
  ])("refuses %s %s with %j", async (method, path, body, status) => {
    expect((await control(method, path, body)).status).toBe(status);
  });
});
