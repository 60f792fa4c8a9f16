import { describe, expect, it } from "vitest";
import { findConfigRepo } from "../../../src/db/config-repos-store.ts";
import { recordMerge } from "../../../src/jobs/close-pr/record-merge.ts";
import { useStore } from "../../db/store-fixtures.ts";
import { pull, rejectProposal } from "./rejected-proposal.ts";

const store = useStore();
const MERGED_AT = "2026-11-22T12:00:02.000Z";

describe("a rejected proposal whose pull request was merged", () => {
  it.each([true, false])(
    "ends merged, with its pull request (recorded before: %s), and tells it once",
    async (recorded) => {
      const rejected = await rejectProposal(store.db, { recorded });
      const merged = { ...pull, merged_at: MERGED_AT };
      await recordMerge({ db: store.db }, rejected.context, rejected.configRepoId, merged);
      await recordMerge({ db: store.db }, rejected.context, rejected.configRepoId, merged);
      expect(await rejected.row()).toMatchObject({
        status: "pr_merged",
        pr_state: "merged",
        pr_url: pull.html_url,
        pr_number: 7,
        pr_merged_at: new Date(MERGED_AT),
        rejected_reason: "Not now",
      });
      const configRepo = await findConfigRepo(store.db, rejected.configRepoId);
      expect(configRepo?.last_merged_proposal_id).toBe(rejected.id);
      expect(await rejected.events()).toMatchObject([{ kind: "pr_merged", data: { merged_at: MERGED_AT } }]);
    },
  );
});
