import { v7 as uuidv7 } from "uuid";
import { describe, expect, it } from "vitest";
import { findClusters } from "../../src/db/clusters-store.ts";
import {
  findConfigRepoByAddress,
  insertConfigRepo,
  listConfigReposByGithubIds,
  type NewConfigRepo,
} from "../../src/db/config-repos-store.ts";
import {
  endInstallation,
  findInstallation,
  findInstallations,
  listPresentInstallations,
  readDatabaseTime,
  storeSyncedInstallation,
  upsertInstallation,
} from "../../src/db/installations-store.ts";
import {
  deleteTrialsExcept,
  insertStudyIfAbsent,
  listReferencedTrials,
  listTrials,
  lockStudy,
  type NewTrial,
  upsertTrials,
} from "../../src/db/studies-store.ts";
import {
  findNameHolders,
  insertConfigRepos,
  isLostRace,
  lockConfigRepos,
  setStatusOfInstallation,
  updateConfigRepos,
} from "../../src/db/synced-config-repos-store.ts";
import { findTemplates } from "../../src/db/templates-store.ts";
import { untilSessionsWait } from "../support/lock-waits.ts";
import { addStudy, addTarget, studyFields, useStore } from "./store-fixtures.ts";

const store = useStore();

const trial = (number: number, changes: Partial<NewTrial> = {}): NewTrial => ({
  id: uuidv7(),
  number,
  params: { boost: number },
  primary_metric: 0.5,
  metrics: {},
  status: "complete",
  is_baseline: false,
  duration_ms: 9_007_199_254_740_991,
  started_at: null,
  ended_at: null,
  ...changes,
});

const anInstallation = (id: number) => ({
  id,
  account_login: "acme",
  account_id: 6_000_000_000,
  account_type: "Organization" as const,
  repository_selection: "all" as const,
  permissions: { contents: "write" },
  status: "active" as const,
});

describe("an installation", () => {
  it("is stored under GitHub's id, and follows what GitHub says", async () => {
    const facts = anInstallation(5_000_000_000);
    expect(await upsertInstallation(store.db, facts)).toMatchObject(facts);

    const changed = { ...facts, account_login: "acme-inc", permissions: {}, status: "suspended" as const };
    await upsertInstallation(store.db, changed);

    expect(await findInstallation(store.db, facts.id)).toMatchObject(changed);
    expect(await findInstallation(store.db, 1)).toBeUndefined();
  });

  it("does not step back behind a later sync, nor behind one of the same millisecond", async () => {
    const facts = anInstallation(5_000_000_001);
    const [earlier, sync, later] = ["10:00", "11:00", "12:00"].map((time) => new Date(`2026-11-22T${time}Z`));
    await storeSyncedInstallation(store.db, { ...facts, permissions: { checks: "write" } }, sync as Date);

    for (const readAt of [earlier, sync]) {
      const kept = await upsertInstallation(store.db, { ...facts, status: "suspended" }, readAt);
      expect(kept).toMatchObject({ status: "active", permissions: { checks: "write" }, synced_at: sync });
    }

    const stored = await upsertInstallation(store.db, { ...facts, status: "suspended" }, later);
    expect(stored).toMatchObject({
      status: "suspended",
      permissions: { contents: "write" },
      synced_at: sync,
    });
  });

  it("that has ended is not among those that are there", async () => {
    for (const id of [11, 12, 13]) await upsertInstallation(store.db, anInstallation(id));
    await upsertInstallation(store.db, { ...anInstallation(12), status: "suspended" });
    await endInstallation(store.db, 13, new Date("2026-11-22T12:00:00Z"));

    const present = await listPresentInstallations(store.db, 100);
    expect(present.filter((id) => id < 100)).toEqual([11, 12]);
    expect(await findInstallations(store.db, [13, 14])).toMatchObject([
      { id: 13, status: "deleted", account_login: "acme", synced_at: new Date("2026-11-22T12:00:00Z") },
    ]);
    expect(await listPresentInstallations(store.db, 1)).toHaveLength(1);
  });

  it("is read at a time by the database's clock, in whole milliseconds", async () => {
    const first = await readDatabaseTime(store.db);
    const second = await readDatabaseTime(store.db);
    expect(second.getTime()).toBeGreaterThanOrEqual(first.getTime());
  });
});

const aConfigRepo = (github_repo_id: number, changes: Partial<NewConfigRepo> = {}): NewConfigRepo => ({
  name: `configs ${github_repo_id}`,
  repo_url: "https://github.com/Acme/Configs",
  github_repo_id,
  owner: "Acme",
  repo: "Configs",
  default_branch: "main",
  pr_base_branch: "main",
  auth_ref: "5000000000",
  status: "active",
  registered_via: "api",
  ...changes,
});

describe("a config repo", () => {
  it("is found by its address in any case", async () => {
    const row = await insertConfigRepo(store.db, aConfigRepo(5_000_000_001));

    expect(await findConfigRepoByAddress(store.db, { owner: "aCME", repo: "configs" })).toEqual(row);
    expect(await findConfigRepoByAddress(store.db, { owner: "acme", repo: "config_" })).toBeUndefined();
  });
});

describe("the config repos of an installation", () => {
  const addTwo = async (auth_ref: string, first: number) => {
    const rows = await insertConfigRepos(store.db, [
      aConfigRepo(first, { auth_ref, name: `a-${first}` }),
      aConfigRepo(first + 1, { auth_ref, name: `b-${first}`, status: "archived" }),
    ]);
    return rows.toSorted((one, other) => one.github_repo_id - other.github_repo_id);
  };

  it("are inserted, found and locked many at a time, or none", async () => {
    const rows = await addTwo("77", 7_000);
    const foreign = await insertConfigRepo(store.db, aConfigRepo(7_002, { auth_ref: "78" }));

    expect(await insertConfigRepos(store.db, [])).toEqual([]);
    expect(rows).toMatchObject([
      { name: "a-7000", provider: "github", created_at: expect.any(Date), last_merged_proposal_id: null },
      { name: "b-7000", status: "archived" },
    ]);
    expect(await listConfigReposByGithubIds(store.db, [7_001, 1])).toEqual([rows[1]]);
    expect(await findNameHolders(store.db, ["a-7000", "nobody's"])).toEqual(new Map([["a-7000", 7_000]]));
    await store.db.transaction().execute(async (trx) => {
      expect(await lockConfigRepos(trx, 77, [7_002])).toEqual([...rows, foreign]);
    });
  });

  it("may exchange names, and keep what does not follow GitHub", async () => {
    const [a, b] = await addTwo("79", 7_100);
    if (a === undefined || b === undefined) throw new Error("there are two");
    await updateConfigRepos(store.db, [
      { ...a, name: b.name, status: "removed" },
      { ...b, name: a.name, default_branch: "trunk" },
    ]);
    await updateConfigRepos(store.db, []);

    const rows = await listConfigReposByGithubIds(store.db, [7_100, 7_101]);
    expect(rows.toSorted((one, other) => one.github_repo_id - other.github_repo_id)).toEqual([
      { ...a, name: b.name, status: "removed", updated_at: expect.any(Date) },
      { ...b, name: a.name, default_branch: "trunk", updated_at: expect.any(Date) },
    ]);
  });

  it("have their status set with the installation's, where it is one of those named", async () => {
    const [active] = await addTwo("80", 7_200);

    const changed = await setStatusOfInstallation(store.db, 80, { from: ["active"], to: "suspended" });

    expect(changed.map(({ id, status }) => [id, status])).toEqual([[active?.id, "suspended"]]);
  });

  it("are planned anew after a lost race, and after nothing else", async () => {
    await addTwo("81", 7_300);
    const errorOf = (insert: Promise<unknown>) => insert.catch((error: unknown) => error);
    for (const taken of [aConfigRepo(7_301), aConfigRepo(7_302, { name: "a-7300" })]) {
      expect(isLostRace(await errorOf(insertConfigRepos(store.db, [taken])))).toBe(true);
    }
    const unknown = aConfigRepo(7_302, { auth_ref: "none" });
    expect(isLostRace(await errorOf(insertConfigRepos(store.db, [unknown])))).toBe(false);
    expect(isLostRace(Object.assign(new Error("deadlock detected"), { code: "40P01" }))).toBe(true);
    expect(isLostRace(new Error("something else"))).toBe(false);
  });
});

describe("clusters and templates", () => {
  it("are read many at a time, or none", async () => {
    const one = await addTarget(store.db);
    const other = await addTarget(store.db);

    const clusters = await findClusters(store.db, [one.cluster_id, other.cluster_id, uuidv7()]);
    expect([...clusters.keys()].sort()).toEqual([one.cluster_id, other.cluster_id].sort());
    const templates = await findTemplates(store.db, [one.template_id]);
    expect(templates.get(one.template_id)).toMatchObject({ id: one.template_id, version: 1 });
    expect(await findClusters(store.db, [])).toEqual(new Map());
    expect(await findTemplates(store.db, [])).toEqual(new Map());
  });
});

describe("a study", () => {
  it("is made once by several callers at the same moment", async () => {
    const id = uuidv7();
    const study = { ...studyFields, ...(await addTarget(store.db)) };

    const made = await Promise.all(Array.from({ length: 4 }, () => insertStudyIfAbsent(store.db, id, study)));

    expect(made.filter(Boolean)).toHaveLength(1);
  });

  it("makes a second holder of its lock wait", async () => {
    const id = await addStudy(store.db);
    const order: string[] = [];
    const locked = Promise.withResolvers<void>();
    const goOn = Promise.withResolvers<void>();
    const first = store.db.transaction().execute(async (trx) => {
      await lockStudy(trx, id);
      locked.resolve();
      await goOn.promise;
      order.push("first");
    });
    await locked.promise;
    const second = store.db.transaction().execute(async (trx) => {
      await lockStudy(trx, id);
      order.push("second");
    });
    // The second one is at the lock once the database says that somebody waits.
    await untilSessionsWait(store.db);
    goOn.resolve();
    await Promise.all([first, second]);

    expect(order).toEqual(["first", "second"]);
  });
});

describe("trials", () => {
  it("are inserted, then updated, and go unless they are kept", async () => {
    const study = await addStudy(store.db);
    const [zero, one] = [trial(0), trial(1)];
    expect(await upsertTrials(store.db, study, [zero, one])).toEqual([]);

    await upsertTrials(store.db, study, [{ ...one, params: { boost: 9 }, status: "failed" }]);
    await deleteTrialsExcept(store.db, study, [one.id]);

    expect(await listTrials(store.db, study)).toMatchObject([
      { id: one.id, number: 1, params: { boost: 9 }, status: "failed", duration_ms: 9_007_199_254_740_991 },
    ]);
    expect(await listReferencedTrials(store.db, study)).toEqual([]);
    await deleteTrialsExcept(store.db, study, []);
    expect(await listTrials(store.db, study)).toEqual([]);
    expect(await upsertTrials(store.db, study, [])).toEqual([]);
  });

  it("of another study are named, and left alone", async () => {
    const [study, other] = [await addStudy(store.db), await addStudy(store.db)];
    const theirs = trial(0);
    await upsertTrials(store.db, other, [theirs]);

    expect(await upsertTrials(store.db, study, [{ ...theirs, status: "failed" }, trial(1)])).toEqual([
      theirs.id,
    ]);
    expect(await listTrials(store.db, other)).toMatchObject([{ id: theirs.id, status: "complete" }]);
  });
});
