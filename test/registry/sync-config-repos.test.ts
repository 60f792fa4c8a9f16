import { describe, expect, it } from "vitest";
import type { ConfigRepoRow } from "../../src/db/config-repos-store.ts";
import type { InstallationRow } from "../../src/db/installations-store.ts";
import { type Known, type Listing, planConfigRepos } from "../../src/registry/sync-config-repos.ts";

const host = { webUrl: "https://github.com" };
const at = (time: string) => new Date(`2026-11-22T${time}:00Z`);

const repository = {
  id: 1,
  owner: "acme",
  name: "config",
  full_name: "acme/config",
  default_branch: "main",
  archived: false,
};
const row: ConfigRepoRow = {
  id: "0198a0c0-0000-7000-8000-000000000001",
  name: "acme/config",
  provider: "github",
  repo_url: "https://github.com/acme/config",
  github_repo_id: 1,
  owner: "acme",
  repo: "config",
  default_branch: "main",
  pr_base_branch: "main",
  auth_ref: "20",
  status: "active",
  registered_via: "installation",
  last_merged_proposal_id: null,
  created_at: at("09:00"),
  updated_at: at("09:00"),
};
const listing: Listing = {
  installation: { id: 20, account_id: 99 },
  repositories: [repository],
  whole: true,
  readAt: at("10:00"),
  stale: false,
};
const known = (rows: ConfigRepoRow[], holder?: Partial<InstallationRow>): Known => ({
  rows,
  holders: new Map(
    holder && [["30", { id: 30, account_id: 98, status: "active", ...holder } as InstallationRow]],
  ),
  names: new Map(rows.map(({ name, github_repo_id }) => [name, github_repo_id])),
});
const foreign = { ...row, auth_ref: "30" };

describe("the plan for an installation's config repos", () => {
  it("is empty when they are what GitHub lists", () => {
    expect(planConfigRepos(host, listing, known([row]))).toEqual({ registered: [], changed: [] });
  });

  it.each<[string, boolean, ConfigRepoRow, Partial<InstallationRow> | undefined, Partial<Listing>]>([
    ["is unknown", true, foreign, undefined, {}],
    ["was read before", true, foreign, { synced_at: at("09:59") }, {}],
    ["was never read", true, foreign, { synced_at: null }, {}],
    ["was read later", false, foreign, { synced_at: at("10:01") }, {}],
    [
      "was read later and does not have it",
      true,
      { ...foreign, status: "removed" },
      { synced_at: at("10:01") },
      {},
    ],
    ["is deleted", true, foreign, { status: "deleted", synced_at: at("10:01") }, {}],
    ["was read before a list that lags", false, foreign, { synced_at: at("09:59") }, { stale: true }],
    ["is of the account and older", true, foreign, { id: 10, account_id: 99, synced_at: at("10:01") }, {}],
    ["is of the account and newer", false, foreign, { id: 30, account_id: 99, synced_at: at("09:59") }, {}],
  ])(
    "about a repository whose other installation %s: taken over %s",
    (_, taken, present, holder, changes) => {
      const plan = planConfigRepos(host, { ...listing, ...changes }, known([present], holder));

      expect(plan.changed.map(({ after }) => after.auth_ref)).toEqual(taken ? ["20"] : []);
      expect(plan.registered).toEqual([]);
    },
  );

  it.each<[string, boolean, Partial<ConfigRepoRow>, Partial<Listing>]>([
    ["is its own", true, {}, {}],
    ["is another installation's", false, { auth_ref: "30" }, {}],
    ["was registered after the list was asked for", false, { created_at: at("10:01") }, {}],
    ["was registered in the millisecond the list was asked for in", false, { created_at: at("10:00") }, {}],
    ["may be in the part that was not read", false, {}, { whole: false }],
    ["is marked already", false, { status: "removed" }, {}],
  ])("about a row that is not listed and %s: marked as removed %s", (_, removed, changes, listed) => {
    const plan = planConfigRepos(
      host,
      { ...listing, repositories: [], ...listed },
      known([{ ...row, ...changes }]),
    );

    expect(plan.changed.map(({ after }) => after.status)).toEqual(removed ? ["removed"] : []);
  });
});
