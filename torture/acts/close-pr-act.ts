import assert from "node:assert/strict";
import { closeMarker } from "../../src/proposals/pr-text/marker.ts";
import type { Act } from "./act.ts";
import { openedProposal } from "./opened.ts";
import { assertTold, timelineOf } from "./timeline.ts";

/** An operator rejects what is open. */
export const closePrAct: Act = {
  name: "close_pr",
  actor: "worker",
  prepare: async (stage) => {
    const { proposalId, branch, number } = await openedProposal(stage);
    const { sandbox, api } = stage.service;
    const { id } = stage.scenario.repository;
    return {
      begin: async () =>
        void (await api.post(`/proposals/${proposalId}/reject`, { reason: "It is too slow." })),
      check: async () => {
        const proposal = await api.proposal(proposalId);
        assert.equal(proposal.status, "rejected");
        assert.equal(proposal.pr_state, "closed");
        const pulls = (await sandbox.pulls(id)).filter(({ head }) => head.ref === branch);
        assert.deepEqual(
          pulls.map(({ state, merged }) => ({ state, merged })),
          [{ state: "closed", merged: false }],
        );
        const said = (await sandbox.comments(id, number)).filter(({ body }) =>
          body.includes(closeMarker(proposalId)),
        );
        assert.equal(said.length, 1, `its end is explained ${said.length} times`);
        assert.equal(await sandbox.branchTip(id, branch), null, "the branch is deleted");
        const timeline = await timelineOf(stage, proposalId);
        assertTold(timeline, ["pr_opened", "proposal_rejected", "pr_closed", "branch_deleted"]);
      },
    };
  },
};
