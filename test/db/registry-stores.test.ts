import { v7 as uuidv7 } from "uuid";
import { describe, expect, it } from "vitest";
import { findClusters } from "../../src/db/clusters-store.ts";
import { findConfigRepoByAddress, insertConfigRepo } from "../../src/db/config-repos-store.ts";
import { findInstallation, upsertInstallation } from "../../src/db/installations-store.ts";
import {
  deleteTrialsExcept,
  insertStudyIfAbsent,
  listReferencedTrials,
  listTrials,
  lockStudy,
  type NewTrial,
  upsertTrials,
} from "../../src/db/studies-store.ts";
import { findTemplates } from "../../src/db/templates-store.ts";
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

describe("an installation", () => {
  it("is stored under GitHub's id, and follows what GitHub says", async () => {
    const facts = {
      id: 5_000_000_000,
      account_login: "acme",
      account_id: 6_000_000_000,
      account_type: "Organization" as const,
      repository_selection: "all" as const,
      permissions: { contents: "write" },
      status: "active" as const,
    };
    await upsertInstallation(store.db, facts);
    expect(await findInstallation(store.db, facts.id)).toMatchObject(facts);

    const changed = { ...facts, account_login: "acme-inc", permissions: {}, status: "suspended" as const };
    await upsertInstallation(store.db, changed);

    expect(await findInstallation(store.db, facts.id)).toMatchObject(changed);
    expect(await findInstallation(store.db, 1)).toBeUndefined();
  });
});

describe("a config repo", () => {
  it("is found by its address in any case", async () => {
    const row = await insertConfigRepo(store.db, {
      name: "configs",
      repo_url: "https://github.com/Acme/Configs",
      github_repo_id: 5_000_000_001,
      owner: "Acme",
      repo: "Configs",
      default_branch: "main",
      pr_base_branch: "main",
      auth_ref: "5000000000",
      status: "active",
      registered_via: "api",
    });

    expect(await findConfigRepoByAddress(store.db, { owner: "aCME", repo: "configs" })).toEqual(row);
    expect(await findConfigRepoByAddress(store.db, { owner: "acme", repo: "config_" })).toBeUndefined();
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
    for (let waiting = 0; waiting === 0; ) {
      const { rows } = await store.pool.query("SELECT count(*)::int AS n FROM pg_locks WHERE NOT granted");
      waiting = rows[0].n;
    }
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
