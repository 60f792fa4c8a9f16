import { appendEvent } from "../../db/events-store.ts";
import { markMerged } from "../../db/merges-store.ts";
import type { Pull } from "../../github/pull.ts";
import type { CloseContext } from "./close-context.ts";
import type { ClosePrDeps } from "./close-pr.ts";

/** It was merged before it could be closed: what GitHub says wins, and the reason of the rejection stays to be read. */
export const recordMerge = async (
  deps: Pick<ClosePrDeps, "db">,
  { proposal, log }: CloseContext,
  configRepoId: string,
  pull: Pull & { merged_at: string },
): Promise<void> => {
  await deps.db.transaction().execute(async (trx) => {
    const { html_url: url, number, merged_at } = pull;
    const merge = { proposalId: proposal.id, configRepoId, url, number, mergedAt: new Date(merged_at) };
    if (!(await markMerged(trx, merge))) return;
    await appendEvent(trx, { proposalId: proposal.id, kind: "pr_merged", data: { merged_at } });
  });
  log.warn("the proposal was rejected, but its pull request had been merged");
};
