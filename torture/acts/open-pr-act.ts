import assert from "node:assert/strict";
import type { Act } from "./act.ts";
import { assertOpened } from "./opened.ts";

/** An operator presses "Open PR". */
export const openPrAct: Act = {
  name: "open_pr",
  actor: "worker",
  prepare: async (stage) => {
    const scene = await stage.propose();
    return {
      begin: async () => {
        const { status } = await stage.service.api.press(scene.proposalId);
        assert.equal(status, 202);
      },
      check: async () => {
        const { pr_number } = await assertOpened(stage, scene);
        stage.opened.push({ ...scene, number: pr_number ?? 0 });
      },
    };
  },
};
