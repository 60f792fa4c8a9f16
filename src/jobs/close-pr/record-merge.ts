import { appendEvent } from "../../db/events-store.ts";
import { markMergedAfterAll } from "../../db/open-pr-store.ts";
import type { Pull } from "../../github/pull.ts";
import type { CloseContext } from "./close-context.ts";
import type { ClosePrDeps } from "./close-pr.ts";

/** It was merged before it could be closed: what GitHub says wins. */
export const recordMerge = async (
  deps: Pick<ClosePrDeps, "db">,
  { proposal, log }: CloseContext,
  pull: Pull,
  mergedAt: string,
): Promise<void> => {
  await deps.db.transaction().execute(async (trx) => {
    const merged = { url: pull.html_url, number: pull.number, mergedAt: new Date(mergedAt) };
    if (!(await markMergedAfterAll(trx, proposal.id, merged))) return;
    await appendEvent(trx, { proposalId: proposal.id, kind: "pr_merged", data: { merged_at: mergedAt } });
  });
  log.warn("the proposal was rejected, but its pull request had been merged");
};
