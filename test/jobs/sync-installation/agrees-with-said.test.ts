import { describe, expect, it } from "vitest";
import type { ConfigRepoRow } from "../../../src/db/config-repos-store.ts";
import type { InstallationRow } from "../../../src/db/installations-store.ts";
import {
  agreesWithSaid,
  idsOf,
  type SeenInstallation,
  seenInRead,
  seenInRows,
} from "../../../src/jobs/sync-installation/agrees-with-said.ts";
import type { InstallationSaid } from "../../../src/queue/event-jobs.ts";

const repository = { full_name: "acme/config", archived: false, default_branch: "main" };
const active: SeenInstallation = { status: "active", repositories: new Map([[1, repository]]) };
const suspended: SeenInstallation = { status: "suspended", repositories: new Map() };
const deleted: SeenInstallation = { status: "deleted", repositories: new Map() };

describe("what is seen of an installation", () => {
  it.each<[string, boolean, InstallationSaid | null, SeenInstallation]>([
    ["nothing was said", true, null, deleted],
    ["it is as said", true, { status: "active", added: [1], removed: [2] }, active],
    ["it is said to be gone and is there", false, { status: "deleted" }, active],
    ["it is said to be suspended and is active", false, { status: "suspended" }, active],
    ["it is said to be active and is suspended", false, { status: "active" }, suspended],
    ["a repository is missing", false, { added: [1, 2] }, active],
    ["a repository is still there", false, { removed: [1] }, active],
    ["a suspended one lists nothing", true, { added: [2], status: "suspended" }, suspended],
    ["a deleted one lists nothing", true, { repository: { id: 1, ...repository } }, deleted],
    ["a repository is as said", true, { repository: { id: 1, ...repository } }, active],
    ["one has another name", false, { repository: { id: 1, ...repository, full_name: "acme/b" } }, active],
    ["one is not archived", false, { repository: { id: 1, ...repository, archived: true } }, active],
    ["one has another branch", false, { repository: { id: 1, ...repository, default_branch: "x" } }, active],
    ["one is not listed", false, { repository: { id: 2, ...repository } }, active],
  ])("when %s: %s", (_, agrees, said, seen) => {
    expect(agreesWithSaid(said, seen)).toBe(agrees);
  });
});

describe("what the tables have of an installation", () => {
  const row = (github_repo_id: number, changes: Partial<ConfigRepoRow> = {}) =>
    ({
      github_repo_id,
      owner: "acme",
      repo: "config",
      default_branch: "main",
      auth_ref: "7",
      status: "active",
      ...changes,
    }) as ConfigRepoRow;

  it("is compared like GitHub's list, without what was removed and what others have", () => {
    const rows = [
      row(1),
      row(2, { status: "archived" }),
      row(3, { status: "removed" }),
      row(4, { auth_ref: "8" }),
    ];
    expect(seenInRows({ id: 7, status: "active" } as InstallationRow, rows)).toEqual({
      status: "active",
      repositories: new Map([
        [1, repository],
        [2, { ...repository, archived: true }],
      ]),
    });
    expect(seenInRead({ status: "deleted" })).toEqual(deleted);
  });

  it("is asked for by the numbers an event named", () => {
    const said = { added: [1], removed: [2], repository: { id: 3, ...repository } };
    expect(idsOf(said)).toEqual([1, 2, 3]);
    expect(idsOf({ status: "deleted" })).toEqual([]);
  });
});
