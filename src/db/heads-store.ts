import { type Selectable, sql } from "kysely";
import type { Executor } from "./connect.ts";
import type { ProposalHeadsTable } from "./schema.ts";

/** What proves a branch or a pull request ours: heads that were stored before they were pushed. */
export type HeadRow = Selectable<ProposalHeadsTable>;

/** Cleaning up that failed is tried again by the sweep after this long, and a head without a try is left this long. */
const CLEAN_AGAIN = sql<Date>`now() - interval '15 minutes'`;

export type NewHead = Pick<
  HeadRow,
  "proposal_id" | "config_repo_id" | "branch" | "base_branch" | "head_sha" | "attempt"
>;

/** A re-run that makes the same commits stores the same head again. */
export const storeHead = async (db: Executor, head: NewHead): Promise<void> => {
  await db
    .insertInto("proposal_heads")
    .values(head)
    .onConflict((conflict) =>
      conflict
        .columns(["proposal_id", "config_repo_id", "head_sha"])
        .doUpdateSet({ attempt: head.attempt, base_branch: head.base_branch, cleaned_at: null }),
    )
    .execute();
};

/** Heads of one proposal, newest first; of one repository, or of all. */
export const listHeads = (db: Executor, proposalId: string, configRepoId?: string): Promise<HeadRow[]> => {
  let query = db.selectFrom("proposal_heads").selectAll().where("proposal_id", "=", proposalId);
  if (configRepoId !== undefined) query = query.where("config_repo_id", "=", configRepoId);
  return query.orderBy("stored_at", "desc").orderBy("head_sha").execute();
};

/**
 * Whether `sha` was pushed to this branch for another proposal that has ended: proposals of one study share a branch
 * name, so what an ended one left is in the way of the next.
 */
export const isHeadOfEndedSibling = async (
  db: Executor,
  look: { proposalId: string; configRepoId: string; branch: string; sha: string },
): Promise<boolean> => {
  const row = await db
    .selectFrom("proposal_heads")
    .innerJoin("proposals", "proposals.id", "proposal_heads.proposal_id")
    .select("proposals.id")
    .where("proposal_heads.config_repo_id", "=", look.configRepoId)
    .where("proposal_heads.branch", "=", look.branch)
    .where("proposal_heads.head_sha", "=", look.sha)
    .where("proposals.id", "<>", look.proposalId)
    .where("proposals.status", "in", ["rejected", "pr_merged"])
    .executeTakeFirst();
  return row !== undefined;
};

/** Cleaning up in a repository begins; the sweep leaves it alone for a while. */
export const markCleanTried = async (
  db: Executor,
  proposalId: string,
  configRepoId: string,
): Promise<void> => {
  await db
    .updateTable("proposal_heads")
    .set({ clean_tried_at: sql<Date>`now()` })
    .where("proposal_id", "=", proposalId)
    .where("config_repo_id", "=", configRepoId)
    .execute();
};

/** Nothing of these heads is left on GitHub. */
export const markCleaned = async (db: Executor, proposalId: string, configRepoId: string): Promise<void> => {
  await db
    .updateTable("proposal_heads")
    .set({ cleaned_at: sql<Date>`now()` })
    .where("proposal_id", "=", proposalId)
    .where("config_repo_id", "=", configRepoId)
    .execute();
};

/** Rejected and merged proposals with something left on GitHub that nobody has tried to clean up for a while. */
export const listUncleaned = (db: Executor, limit: number) =>
  db
    .selectFrom("proposal_heads")
    .innerJoin("proposals", "proposals.id", "proposal_heads.proposal_id")
    .select(["proposal_heads.proposal_id", "proposal_heads.config_repo_id"])
    .distinct()
    .where("proposals.status", "in", ["rejected", "pr_merged"])
    .where("proposal_heads.cleaned_at", "is", null)
    .where("proposal_heads.stored_at", "<", CLEAN_AGAIN)
    .where("proposals.updated_at", "<", CLEAN_AGAIN)
    .where((eb) =>
      eb.or([
        eb("proposal_heads.clean_tried_at", "is", null),
        eb("proposal_heads.clean_tried_at", "<", CLEAN_AGAIN),
      ]),
    )
    .limit(limit)
    .execute();
