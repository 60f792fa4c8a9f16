import assert from "node:assert/strict";
import type { Act } from "./act.ts";
import { openUndisturbed } from "./opened.ts";
import { assertTold, timelineOf } from "./timeline.ts";

/** A person merges the pull request on GitHub. */
export const mirrorPrAct: Act = {
  name: "mirror_pr",
  actor: "worker",
  prepare: async (stage) => {
    const { proposalId, branch, number } = await openUndisturbed(stage);
    const { sandbox, api, db } = stage.service;
    const { repository, configRepoId } = stage.scenario;
    return {
      begin: async () => void (await sandbox.mergePull(repository.id, number)),
      check: async () => {
        const proposal = await api.proposal(proposalId);
        assert.equal(proposal.status, "pr_merged");
        assert.equal(proposal.pr_state, "merged");
        const pull = (await sandbox.pulls(repository.id)).find((one) => one.number === number);
        assert.equal(Date.parse(proposal.pr_merged_at ?? ""), Date.parse(pull?.merged_at ?? ""));
        const configRepo = await db
          .selectFrom("config_repos")
          .select("last_merged_proposal_id")
          .where("id", "=", configRepoId)
          .executeTakeFirst();
        assert.equal(configRepo?.last_merged_proposal_id, proposalId, "it is the last one that was merged");
        assert.equal(await sandbox.branchTip(repository.id, branch), null, "the branch is deleted");
        assertTold(await timelineOf(stage, proposalId), ["pr_opened", "pr_merged", "branch_deleted"]);
      },
    };
  },
};
