import { describe, expect, it } from "vitest";
import type { ConfigRepoRow } from "../../src/db/config-repos-store.ts";
import { AppError } from "../../src/errors.ts";
import { createGithubHost } from "../../src/github/host.ts";
import type { Installation, RepositoryInfo } from "../../src/github/installation.ts";
import type { GithubLookup } from "../../src/registry/github-lookup.ts";
import { createRegisterConfigRepo, type Registration } from "../../src/registry/register-config-repo.ts";
import { useStore } from "../db/store-fixtures.ts";

const store = useStore();
const host = createGithubHost({ webUrl: "https://github.com", apiUrl: "https://api.github.com" });

const installation: Installation = {
  id: 41,
  account_login: "acme",
  account_id: 7,
  account_type: "Organization",
  repository_selection: "all",
  permissions: { contents: "write", pull_requests: "write" },
  suspended_at: null,
};
const repository = (id: number, name: string): RepositoryInfo => ({
  id,
  owner: "acme",
  name,
  full_name: `acme/${name}`,
  default_branch: "main",
  archived: false,
});

/** Registers `acme/<repo>` while GitHub answers that address with the given repository. */
const register = (
  repo: string,
  answer: RepositoryInfo | null | Error,
  changes: Partial<Registration> = {},
  github: GithubLookup | null = {
    installation: async () => installation,
    findRepository: async () => {
      if (answer instanceof Error) throw answer;
      return answer;
    },
  },
): Promise<ConfigRepoRow> =>
  createRegisterConfigRepo({ db: store.db, host, github, allowedAccounts: [] })({
    name: `name of ${repo}`,
    repo_url: `https://github.com/acme/${repo}`,
    auth_ref: "41",
    ...changes,
  });
const refusal = (registering: Promise<ConfigRepoRow>) =>
  registering.then(
    () => null,
    (error: unknown) => (error instanceof AppError ? { code: error.code, reason: error.reason } : error),
  );

describe("registering a repository", () => {
  it("under the address another one had before its renaming goes on", async () => {
    const renamed = await register("config", repository(1, "config"));

    const successor = await register("config", repository(2, "config"), { name: "the new config" });

    expect(successor).toMatchObject({ github_repo_id: 2, owner: "acme", repo: "config" });
    expect(successor.id).not.toBe(renamed.id);
    const again = await refusal(register("config", repository(1, "config-before"), { name: "again" }));
    expect(again).toEqual({ code: "CONFIG_REPO_EXISTS", reason: renamed.id });
  });

  it("a second time names the row, by its number, whatever its name and address are by now", async () => {
    const row = await register("first", repository(10, "first"));

    for (const name of ["name of first", "another name"]) {
      expect(await refusal(register("second", repository(10, "second"), { name }))).toEqual({
        code: "CONFIG_REPO_EXISTS",
        reason: row.id,
      });
    }
  });

  it.each([
    ["GitHub does not answer", new TypeError("fetch failed")],
    ["the installation does not cover it any more", null],
  ])("that has a row says so even when %s", async (_, answer) => {
    const [row] = await store.db.selectFrom("config_repos").selectAll().where("repo", "=", "known").execute();
    const known = row ?? (await register("known", repository(20, "known")));

    expect(await refusal(register("known", answer, { name: "any" }))).toMatchObject({
      code: "CONFIG_REPO_EXISTS",
      reason: known.id,
    });
    expect(await refusal(register("known", null, { name: "any" }, null))).toMatchObject({
      code: "CONFIG_REPO_EXISTS",
    });
  });

  it("under a taken name says so even when GitHub does not answer", async () => {
    await register("named", repository(30, "named"), { name: "taken" });
    const answer = new TypeError("fetch failed");

    expect(await refusal(register("unknown", answer, { name: "taken" }))).toMatchObject({
      code: "CONFIG_REPO_NAME_TAKEN",
    });
    expect(await refusal(register("unknown", answer))).toMatchObject({ code: "GITHUB_API_FAILED" });
  });

  it("with the same body at the same moment is done once, and the others name the row", async () => {
    for (let round = 0; round < 10; round++) {
      const id = 100 + round;
      const answers = await Promise.allSettled(
        Array.from({ length: 4 }, () => register(`twice-${id}`, repository(id, `twice-${id}`))),
      );

      const made = answers.flatMap((answer) => (answer.status === "fulfilled" ? [answer.value] : []));
      const refused = answers.flatMap((answer) => (answer.status === "rejected" ? [answer.reason] : []));
      expect(made).toHaveLength(1);
      expect(refused.map(({ code, reason }) => ({ code, reason }))).toEqual(
        Array(3).fill({ code: "CONFIG_REPO_EXISTS", reason: made[0]?.id }),
      );
    }
  });

  it("under one name for two repositories at the same moment is done for one", async () => {
    const answers = await Promise.allSettled(
      [200, 201].map((id) => register(`r-${id}`, repository(id, `r-${id}`), { name: "one name" })),
    );

    expect(answers.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
    const refused = answers.find((answer) => answer.status === "rejected");
    expect(refused?.reason).toMatchObject({ code: "CONFIG_REPO_NAME_TAKEN" });
  });
});
