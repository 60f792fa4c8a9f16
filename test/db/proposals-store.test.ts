import { describe, expect, it } from "vitest";
import { violatedConstraint } from "../../src/db/db-errors.ts";
import { markRejected } from "../../src/db/open-pr-store.ts";
import { findLiveProposalOfStudy, findProposal, insertProposal } from "../../src/db/proposals-store.ts";
import { addProposal, addStudy, addTarget, useStore } from "./store-fixtures.ts";

const store = useStore();
describe("proposals", () => {
  it("begin pending and idle, and come back as they were given", async () => {
    const target = await addTarget(store.db);
    const given = {
      ...target,
      study_id: null,
      study_trial_id: null,
      config_diff: { "a.b": { from: null, to: [1, { c: "ü" }] } },
      metric_delta: { ndcg: { baseline: 0.1, achieved: null, delta_pct: null } },
    };

    const inserted = await insertProposal(store.db, given);

    expect(inserted).toMatchObject({
      ...given,
      status: "pending",
      open_pr_state: "idle",
      open_pr_attempt: 0,
    });
    expect(await findProposal(store.db, inserted.id)).toEqual(inserted);
  });

  it("are at most one pending or opened per study, and as many rejected ones as there were", async () => {
    const study = await addStudy(store.db);
    const first = await addProposal(store.db, study);

    const error = await addProposal(store.db, study).catch((thrown: unknown) => thrown);
    expect(violatedConstraint(error)).toBe("proposals_one_live_per_study");
    expect((await findLiveProposalOfStudy(store.db, study))?.id).toBe(first.id);

    await markRejected(store.db, first.id, null);
    expect(await findLiveProposalOfStudy(store.db, study)).toBeUndefined();
    await expect(addProposal(store.db, study)).resolves.toMatchObject({ status: "pending" });
  });

  it("made by hand are as many as there are", async () => {
    await addProposal(store.db);
    await expect(addProposal(store.db)).resolves.toMatchObject({ study_id: null });
  });

  it("can't be opened without an address, nor merged without a time", async () => {
    const { id } = await addProposal(store.db);

    for (const status of ["pr_opened", "pr_merged"] as const) {
      const update = store.db.updateTable("proposals").set({ status }).where("id", "=", id).execute();
      await expect(update).rejects.toThrow("check constraint");
    }
  });
});
