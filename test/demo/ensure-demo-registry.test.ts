import { describe, expect, it } from "vitest";
import type { Db } from "../../src/db/connect.ts";
import { DEMO_CLUSTERS, DEMO_TEMPLATES } from "../../src/demo/demo-registry.ts";
import { ensureDemoRegistry } from "../../src/demo/ensure-demo-registry.ts";
import { createGithubHost } from "../../src/github/host.ts";
import type { Installation, RepositoryInfo } from "../../src/github/installation.ts";
import { createRegisterConfigRepo } from "../../src/registry/register-config-repo.ts";
import { useStore } from "../db/store-fixtures.ts";

const host = createGithubHost({ webUrl: "http://127.0.0.1:4000", apiUrl: "http://127.0.0.1:4000/api/v3" });
const installation: Installation = {
  id: 7,
  account_login: "acme",
  account_id: 8,
  account_type: "Organization",
  repository_selection: "all",
  permissions: { contents: "write", pull_requests: "write" },
  suspended_at: null,
};
const repository: RepositoryInfo = {
  id: 9,
  owner: "acme",
  name: "search-config",
  full_name: "acme/search-config",
  default_branch: "main",
  archived: false,
};

/** As one process does it, with a GitHub on which the app is installed or not. */
const ensure = (db: Db, { installed = true } = {}) => {
  const github = { installation: async () => installation, findRepository: async () => repository };
  return ensureDemoRegistry(
    {
      db,
      host,
      auth: { repoInstallation: async () => (installed ? installation : null) },
      registerConfigRepo: createRegisterConfigRepo({ db, host, github, allowedAccounts: [] }),
    },
    new AbortController().signal,
  );
};

describe("the registry of the demo", () => {
  const store = useStore();

  it("is made by any number of processes at once, one of each", async () => {
    const made = await Promise.all(Array.from({ length: 4 }, () => ensure(store.db)));
    expect(new Set(made.map((ids) => JSON.stringify(ids))).size).toBe(1);
    await ensure(store.db);

    const repos = await store.db.selectFrom("config_repos").selectAll().execute();
    expect(repos).toMatchObject([{ name: "acme/search-config", auth_ref: "7", pr_base_branch: "main" }]);
    const clusters = await store.db.selectFrom("clusters").selectAll().orderBy("name").execute();
    expect(clusters).toMatchObject(
      DEMO_CLUSTERS.map((cluster) => ({ ...cluster, config_repo_id: repos[0]?.id })),
    );
    const templates = await store.db.selectFrom("query_templates").selectAll().orderBy("name").execute();
    expect(templates).toMatchObject(DEMO_TEMPLATES.map((template) => ({ ...template, version: 1 })));
    expect(made[0]).toEqual({ clusterId: clusters[0]?.id, templateId: templates[0]?.id });
  });

  it("leaves alone what an administrator changed in it", async () => {
    const { clusterId } = await ensure(store.db);
    await store.db
      .updateTable("clusters")
      .set({ config_path: "elsewhere" })
      .where("id", "=", clusterId)
      .execute();
    await ensure(store.db);
    const cluster = await store.db
      .selectFrom("clusters")
      .selectAll()
      .where("id", "=", clusterId)
      .executeTakeFirst();
    expect(cluster?.config_path).toBe("elsewhere");
  });
});

describe("the registry of the demo, where it can't be made", () => {
  const store = useStore();

  it("says that another repository has its name", async () => {
    await createRegisterConfigRepo({
      db: store.db,
      host,
      github: {
        installation: async () => installation,
        findRepository: async () => ({ ...repository, id: 10, name: "other", full_name: "acme/other" }),
      },
      allowedAccounts: [],
    })({ name: "acme/search-config", repo_url: `${host.webUrl}/acme/other`, auth_ref: "7" });
    await expect(ensure(store.db)).rejects.toThrow("another config repo is named acme/search-config");
  });

  it("says that the app is not installed any more", async () => {
    await expect(ensure(store.db, { installed: false })).rejects.toThrow(
      "the sandbox's app is not installed on acme/search-config any more",
    );
  });
});
