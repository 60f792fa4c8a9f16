import { describe, expect, it } from "vitest";
import { findInstallation } from "../../src/db/installations-store.ts";
import { AppError } from "../../src/errors.ts";
import type { Installation, RepositoryInfo } from "../../src/github/installation.ts";
import type { GithubLookup } from "../../src/registry/github-lookup.ts";
import { send, useHttpServer } from "./http-harness.ts";

const installation = (id: number, changes: Partial<Installation> = {}): Installation => ({
  id,
  account_login: "Acme",
  account_id: 7,
  account_type: "Organization",
  repository_selection: "selected",
  permissions: { contents: "write", pull_requests: "write", metadata: "read" },
  suspended_at: null,
  ...changes,
});

const repository = (id: number, name: string, changes: Partial<RepositoryInfo> = {}): RepositoryInfo => ({
  id,
  owner: "Acme",
  name,
  full_name: `Acme/${name}`,
  default_branch: "trunk",
  archived: false,
  ...changes,
});

/** A GitHub with three installations and some repositories. */
const github = () => {
  const repositories = new Map(
    [
      repository(100, "configs"),
      repository(101, "renamed-since"),
      repository(102, "old", { archived: true }),
      ...Array.from({ length: 12 }, (_, index) => repository(200 + index, `repo-${index}`)),
    ].map((found) => [found.name.toLowerCase(), found]),
  );
  repositories.set("name-before", repository(101, "renamed-since"));
  const lookup: GithubLookup = {
    installation: async (id) => {
      if (id === 41) return installation(41);
      if (id === 42) return installation(42, { suspended_at: "2026-11-01T00:00:00Z" });
      return id === 43 ? installation(43, { account_login: "stranger" }) : null;
    },
    findRepository: async ({ installationId, repo }) =>
      installationId === 41 ? (repositories.get(repo.toLowerCase()) ?? null) : null,
  };
  return lookup;
};

const http = useHttpServer({ githubLookup: github() });

const body = (repo: string, changes: object = {}) => ({
  name: `repo ${repo}`,
  repo_url: `https://github.com/acme/${repo}`,
  auth_ref: "41",
  ...changes,
});
const register = (payload: object) => http.call("POST", "config-repos", { payload });

describe("POST /config-repos", () => {
  it("registers a repository under GitHub's own spelling, with its default branch", async () => {
    const answer = await register(body("CONFIGS.git", { name: "search configs" }));

    expect(answer.status).toBe(201);
    expect(answer.headers.location).toBe(`/api/v1/config-repos/${answer.body.id}`);
    expect(answer.body).toMatchObject({
      name: "search configs",
      provider: "github",
      repo_url: "https://github.com/Acme/configs",
      github_repo_id: 100,
      owner: "Acme",
      repo: "configs",
      default_branch: "trunk",
      pr_base_branch: "trunk",
      auth_ref: "41",
      status: "active",
      registered_via: "api",
      last_merged_proposal_id: null,
    });
    expect((await http.call("GET", `config-repos/${answer.body.id}`)).body).toEqual(answer.body);
  });

  it("stores what GitHub says of the installation", async () => {
    await register(body("repo-0"));

    expect(await findInstallation(http.db, 41)).toMatchObject({
      account_login: "Acme",
      account_id: 7,
      repository_selection: "selected",
      permissions: { contents: "write", pull_requests: "write", metadata: "read" },
      status: "active",
    });
  });

  it("takes the caller's branches, and keeps an archived repository as such", async () => {
    const answer = await register(body("old", { default_branch: "main", pr_base_branch: "release/1.x" }));

    expect(answer.body).toMatchObject({
      default_branch: "main",
      pr_base_branch: "release/1.x",
      status: "archived",
    });
    expect((await register(body("repo-1", { default_branch: "main" }))).body.pr_base_branch).toBe("main");
  });

  it.each([
    "https://gitlab.com/acme/configs",
    "https://github.com.evil.example/acme/configs",
    "https://user:secret@github.com/acme/configs",
    "https://github.com/acme",
    "not a URL",
  ])("derives the provider from the address, and refuses %s", async (repo_url) => {
    const answer = await register(body("x", { repo_url }));

    expect(answer.status).toBe(400);
    expect(answer.body.detail.error_code).toBe("UNSUPPORTED_PROVIDER");
    expect(answer.body.detail.message).not.toContain("secret");
  });

  it("does not take a provider from the payload", async () => {
    const answer = await register(body("repo-2", { provider: "github" }));

    expect(answer.status).toBe(422);
    expect(answer.body.detail.fields).toEqual([{ path: "provider", message: expect.any(String) }]);
  });

  it("answers 409 with the id of a repository that is registered, also under its name before a renaming", async () => {
    const first = await register(body("renamed-since"));
    expect(first.status).toBe(201);

    for (const repo of ["Renamed-Since", "name-before"]) {
      const answer = await register(body(repo, { name: "another name" }));
      expect(answer.status).toBe(409);
      expect(answer.body.detail).toMatchObject({ error_code: "CONFIG_REPO_EXISTS", reason: first.body.id });
    }
  });

  it("answers 409 when another config repo has the name", async () => {
    await register(body("repo-3", { name: "taken" }));

    const answer = await register(body("repo-4", { name: "taken" }));

    expect(answer.status).toBe(409);
    expect(answer.body.detail.error_code).toBe("CONFIG_REPO_NAME_TAKEN");
  });

  it("answers one 201 and one 409 to two creates of the same name at the same moment", async () => {
    const answers = await Promise.all([
      register(body("repo-5", { name: "raced" })),
      register(body("repo-6", { name: "raced" })),
    ]);

    expect(answers.map((answer) => answer.status).sort()).toEqual([201, 409]);
    expect(answers.find((answer) => answer.status === 409)?.body.detail.error_code).toBe(
      "CONFIG_REPO_NAME_TAKEN",
    );
  });

  it("answers one 201 and one 409 to two creates of the same repository at the same moment", async () => {
    const answers = await Promise.all([
      register(body("repo-7", { name: "raced a" })),
      register(body("repo-7", { name: "raced b" })),
    ]);

    const created = answers.find((answer) => answer.status === 201);
    expect(answers.find((answer) => answer.status === 409)?.body.detail).toMatchObject({
      error_code: "CONFIG_REPO_EXISTS",
      reason: created?.body.id,
    });
  });

  it.each([
    ["an unknown installation", "99"],
    ["a suspended installation", "42"],
    ["an installation that does not cover the repository", "43"],
    ["no number", "my-github-pat"],
    ["a number no installation has", "9".repeat(30)],
    ["zero", "0"],
  ])("answers AUTH_REF_NOT_FOUND to %s, and stores nothing", async (_what, auth_ref) => {
    const answer = await register(body("repo-8", { auth_ref }));

    expect(answer.status).toBe(400);
    expect(answer.body.detail.error_code).toBe("AUTH_REF_NOT_FOUND");
    expect(await findInstallation(http.db, 42)).toBeUndefined();
  });

  it("does not repeat an auth_ref that may be a secret", async () => {
    const auth_ref = `ghp_${"a1B2".repeat(9)}`;

    expect(JSON.stringify((await register(body("repo-8", { auth_ref }))).body)).not.toContain(auth_ref);
  });

  it("refuses a repository its installation does not cover", async () => {
    const answer = await register(body("not-covered"));

    expect(answer.body.detail.error_code).toBe("AUTH_REF_NOT_FOUND");
    expect(answer.body.detail.message).toContain("acme/not-covered");
  });

  it.each([
    ["an empty name", { name: " " }],
    ["a name of two lines", { name: "a\nb" }],
    ["a name too long", { name: "x".repeat(201) }],
    ["a branch git refuses", { pr_base_branch: "a..b" }],
    ["a branch with a space", { default_branch: "a b" }],
    ["an auth_ref that is a number", { auth_ref: 41 }],
  ])("refuses %s", async (_what, changes) => {
    const answer = await register(body("repo-9", changes));

    expect(answer.status).toBe(422);
    expect(answer.body.detail.fields[0].path).toBe(Object.keys(changes)[0]);
  });

  it("answers 503 with the reason when the service has no credentials", async () => {
    const app = await http.serve({ githubLookup: null });

    const answer = await send(app, "POST", "config-repos", { payload: body("repo-9") });

    expect(answer.status).toBe(503);
    expect(answer.body.detail).toMatchObject({
      error_code: "GITHUB_NOT_CONFIGURED",
      reason: "no_credentials",
    });
  });

  it("treats accounts that are not allowed as unknown", async () => {
    const lookup = { ...github(), findRepository: async () => repository(300, "theirs") };
    const app = await http.serve({ githubLookup: lookup, allowedAccounts: ["acme"] });
    const payload = body("theirs", { auth_ref: "43" });

    const answer = await send(app, "POST", "config-repos", { payload });
    expect(answer.body.detail.error_code).toBe("AUTH_REF_NOT_FOUND");

    payload.auth_ref = "41";
    expect((await send(app, "POST", "config-repos", { payload })).status).toBe(201);
  });

  it.each([
    ["an answer that is no use", new AppError("GITHUB_API_FAILED", "502 from GitHub")],
    ["no answer", new TypeError("fetch failed")],
  ])("answers 502 when GitHub gives %s", async (_what, error) => {
    const lookup = { ...github(), installation: () => Promise.reject(error) };
    const app = await http.serve({ githubLookup: lookup });

    const answer = await send(app, "POST", "config-repos", { payload: body("repo-9") });

    expect(answer.status).toBe(502);
    expect(answer.body.detail).toMatchObject({ error_code: "GITHUB_API_FAILED", retryable: true });
  });
});

describe("PATCH /config-repos/{id}", () => {
  it("changes the branch pull requests go to, and nothing else", async () => {
    const { body: before } = await register(body("repo-10"));

    const answer = await http.call("PATCH", `config-repos/${before.id}`, {
      payload: { pr_base_branch: "release" },
    });

    expect(answer.status).toBe(200);
    expect(answer.body).toEqual({ ...before, pr_base_branch: "release", updated_at: expect.any(String) });
  });

  it.each([{}, { pr_base_branch: "-x" }, { pr_base_branch: null }, { pr_base_branch: "a", name: "b" }])(
    "refuses %j",
    async (payload) => {
      const { body: list } = await http.call("GET", "config-repos?limit=1");

      expect((await http.call("PATCH", `config-repos/${list.data[0].id}`, { payload })).status).toBe(422);
    },
  );

  it("answers 404 for an id that is nobody's", async () => {
    const path = "config-repos/0198a0c0-0000-7000-8000-000000000000";

    for (const answer of [
      await http.call("GET", path),
      await http.call("PATCH", path, { payload: { pr_base_branch: "main" } }),
    ]) {
      expect(answer.status).toBe(404);
      expect(answer.body.detail.error_code).toBe("CONFIG_REPO_NOT_FOUND");
    }
  });
});

describe("GET /config-repos", () => {
  it("lists them newest first", async () => {
    const { body: newest } = await register(body("repo-11"));

    const { body: page, headers } = await http.call("GET", "config-repos?limit=1");

    expect(page.data).toEqual([newest]);
    expect(page.has_more).toBe(true);
    expect(Number(headers["x-total-count"])).toBeGreaterThan(1);
  });
});
