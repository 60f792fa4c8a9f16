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
    ["POST", "/faults", { fault: { kind: "earthquake" } }, 422],
    ["POST", "/faults/none/release", undefined, 400],
    ["POST", `${CONTROL_REPO}/pulls/99/merge`, undefined, 404],
    ["POST", `${CONTROL_REPO}/pulls/99/reviews`, { state: "loved" }, 422],
    ["GET", "/nothing", undefined, 404],
  ])("refuses %s %s with %j", async (method, path, body, status) => {
    expect((await control(method, path, body)).status).toBe(status);
  });
});
