import { sql, type Transaction } from "kysely";
import type { Database } from "./schema.ts";

export interface Merge {
  proposalId: string;
  /** The repository it was merged in. */
  configRepoId: string;
  url: string;
  number: number;
  mergedAt: Date;
}

/**
 * pr_opened or rejected → pr_merged, only because GitHub says that the pull request was merged; and the repository's
 * last merge moves on to it, unless a later one is known.
 * @returns false: it was merged already, or is none of these; nothing has changed then
 */
export const markMerged = async (trx: Transaction<Database>, merge: Merge): Promise<boolean> => {
  const { numUpdatedRows } = await trx
    .updateTable("proposals")
    .set({
      status: "pr_merged",
      pr_state: "merged",
      pr_url: merge.url,
      pr_number: merge.number,
      pr_config_repo_id: merge.configRepoId,
      pr_merged_at: merge.mergedAt,
      updated_at: sql<Date>`now()`,
    })
    .where("id", "=", merge.proposalId)
    .where("status", "in", ["pr_opened", "rejected"])
    .executeTakeFirst();
  if (numUpdatedRows === 0n) return false;
  await moveLastMerged(trx, merge);
  return true;
};

/**
 * Only forward in merge time; of two at the same second the greater number came later. The row is locked before the
 * present one is read, in a statement of its own: so that sees what a merge at the same moment has committed. The
 * weaker lock leaves foreign keys alone, which two merges of one repository hold both by now.
 */
const moveLastMerged = async (trx: Transaction<Database>, merge: Merge): Promise<void> => {
  await trx
    .selectFrom("config_repos")
    .select("id")
    .where("id", "=", merge.configRepoId)
    .forNoKeyUpdate()
    .execute();
  const last = await trx
    .selectFrom("config_repos")
    .innerJoin("proposals", "proposals.id", "config_repos.last_merged_proposal_id")
    .select(["proposals.pr_merged_at", "proposals.pr_number"])
    .where("config_repos.id", "=", merge.configRepoId)
    .executeTakeFirst();
  if (last !== undefined && !isLater(merge, last)) return;
  await trx
    .updateTable("config_repos")
    .set({ last_merged_proposal_id: merge.proposalId, updated_at: sql<Date>`now()` })
    .where("id", "=", merge.configRepoId)
    .execute();
};

const isLater = (merge: Merge, last: { pr_merged_at: Date | null; pr_number: number | null }): boolean => {
  const difference_ms = merge.mergedAt.getTime() - (last.pr_merged_at?.getTime() ?? 0);
  return difference_ms > 0 || (difference_ms === 0 && merge.number > (last.pr_number ?? 0));
};
