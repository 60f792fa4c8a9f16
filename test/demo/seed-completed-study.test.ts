import { beforeAll, describe, expect, it } from "vitest";
import { insertCluster } from "../../src/db/clusters-store.ts";
import { listEvents } from "../../src/db/events-store.ts";
import { findProposal } from "../../src/db/proposals-store.ts";
import { findDigest, findStudy, listTrials } from "../../src/db/studies-store.ts";
import { insertTemplate } from "../../src/db/templates-store.ts";
import { DEMO_TEMPLATES } from "../../src/demo/demo-registry.ts";
import type { DemoIds } from "../../src/demo/ensure-demo-registry.ts";
import { createSeedCompletedStudy } from "../../src/demo/seed-completed-study.ts";
import type { ConfigDiff } from "../../src/proposals/config-diff.ts";
import { checkDiff } from "../../src/proposals/plan-change.ts";
import { useStore } from "../db/store-fixtures.ts";

const store = useStore();
const NOW_MS = Date.parse("2026-11-22T12:00:00.000Z");
let demo: DemoIds;

beforeAll(async () => {
  const engine_type = "elasticsearch";
  const cluster = await insertCluster(store.db, {
    name: "products-prod",
    engine_type,
    environment: "prod",
    config_repo_id: null,
    config_path: "clusters/products-prod",
  });
  const [template] = DEMO_TEMPLATES;
  if (template === undefined) throw new Error("there are three");
  demo = {
    clusterId: cluster.id,
    templateId: (await insertTemplate(store.db, { ...template, version: 1 })).id,
  };
});

const seed = (withPendingProposal: boolean, ids: DemoIds = demo) =>
  createSeedCompletedStudy({ db: store.db, demo: async () => ids, now: () => NOW_MS })({
    withPendingProposal,
  });

describe("a seeded study", () => {
  it("is completed, of two trials whose times agree with their durations", async () => {
    const seeded = await seed(true);
    const study = await findStudy(store.db, seeded.study_id);
    const trials = await listTrials(store.db, seeded.study_id);
    expect(trials.map(({ id }) => id)).toEqual(seeded.trial_ids);
    expect(trials).toHaveLength(2);
    for (const { duration_ms, started_at, ended_at } of trials) {
      expect(Number(ended_at) - Number(started_at)).toBe(duration_ms);
      expect(duration_ms).toBeGreaterThan(0);
    }
    const [baseline, best] = trials;
    expect(Number(best?.started_at)).toBeGreaterThan(Number(baseline?.ended_at));
    expect(study).toMatchObject({
      cluster_id: demo.clusterId,
      template_id: demo.templateId,
      status: "completed",
      trial_count: 2,
      baseline_metric: baseline?.primary_metric,
      best_metric: best?.primary_metric,
      best_trial_id: best?.id,
      started_at: baseline?.started_at,
      completed_at: best?.ended_at,
    });
    expect([baseline?.is_baseline, best?.is_baseline]).toEqual([true, false]);
    expect(Number(study?.completed_at)).toBeLessThanOrEqual(NOW_MS);
  });

  it("has a digest whose recommendation is the best trial", async () => {
    const seeded = await seed(true);
    const digest = await findDigest(store.db, seeded.study_id);
    const best = (await listTrials(store.db, seeded.study_id)).at(-1);
    expect(digest).toMatchObject({ id: seeded.digest_id, recommended_config: best?.params });
    const importance = Object.values(digest?.parameter_importance ?? {}).map(Number);
    expect(importance.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1);
  });

  it("has a pending proposal from the baseline to the best trial, which its template allows", async () => {
    const seeded = await seed(true);
    const proposal = await findProposal(store.db, `${seeded.proposal_id}`);
    const [baseline, best] = await listTrials(store.db, seeded.study_id);
    expect(proposal).toMatchObject({
      study_id: seeded.study_id,
      study_trial_id: best?.id,
      status: "pending",
      open_pr_state: "idle",
    });
    const configDiff: ConfigDiff = proposal?.config_diff ?? {};
    expect(Object.keys(configDiff)).toHaveLength(4);
    for (const [param, { from, to }] of Object.entries(configDiff)) {
      expect({ from, to }).toEqual({ from: baseline?.params[param], to: best?.params[param] });
    }
    const delta = proposal?.metric_delta?.["ndcg@10"];
    const [before, after] = [baseline?.primary_metric ?? 0, best?.primary_metric ?? 0];
    expect(delta).toMatchObject({ baseline: before, achieved: after });
    expect(delta?.delta_pct).toBeCloseTo((100 * (after - before)) / before, 1);
    const template = DEMO_TEMPLATES[0] as (typeof DEMO_TEMPLATES)[number];
    expect(checkDiff(configDiff, { ...template, version: 1 })).toEqual([]);
    const events = await listEvents(store.db, { proposalId: `${seeded.proposal_id}`, after: 0, limit: 10 });
    expect(events).toMatchObject([{ kind: "proposal_created", data: { source: "study" } }]);
  });

  it("has no proposal where none is wanted", async () => {
    const seeded = await seed(false);
    expect(seeded.proposal_id).toBeNull();
    const query = store.db.selectFrom("proposals").select("id").where("study_id", "=", seeded.study_id);
    expect(await query.execute()).toEqual([]);
  });

  it("is made wholly or not at all", async () => {
    const count = async () =>
      (await store.db.selectFrom("studies").select("id").execute()).length +
      (await store.db.selectFrom("trials").select("id").execute()).length;
    const before = await count();
    // The study itself goes in; what is made last is refused.
    await store.pool.query("ALTER TABLE proposals ADD CONSTRAINT none CHECK (false) NOT VALID");
    try {
      await expect(seed(true)).rejects.toThrow("none");
    } finally {
      await store.pool.query("ALTER TABLE proposals DROP CONSTRAINT none");
    }
    expect(await count()).toBe(before);
  });
});
