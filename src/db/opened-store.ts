import type { Executor } from "./connect.ts";
import type { ProposalRow } from "./proposals-store.ts";

/** A proposal and the pull request it was opened as. */
export interface OpenedPull {
  proposalId: string;
  configRepoId: string;
  number: number;
}

/** The pull request on a proposal's row, whatever became of both; undefined: none was recorded. */
export const recordedPull = (
  proposal: Pick<ProposalRow, "id" | "pr_number" | "pr_config_repo_id"> | undefined,
): OpenedPull | undefined =>
  proposal === undefined || proposal.pr_number === null || proposal.pr_config_repo_id === null
    ? undefined
    : { proposalId: proposal.id, configRepoId: proposal.pr_config_repo_id, number: proposal.pr_number };

const recorded = (db: Executor, { proposalId, configRepoId, number }: OpenedPull) =>
  db
    .selectFrom("proposals")
    .select(["id", "status"])
    .where("id", "=", proposalId)
    .where("pr_config_repo_id", "=", configRepoId)
    .where("pr_number", "=", number);

/** Whether this is the proposal's pull request, whatever became of them. */
export const isRecorded = async (db: Executor, pull: OpenedPull): Promise<boolean> =>
  (await recorded(db, pull).executeTakeFirst()) !== undefined;

/** Whether the proposal is still opened with this pull request. */
export const isOpened = async (db: Executor, pull: OpenedPull): Promise<boolean> =>
  (await recorded(db, pull).where("status", "=", "pr_opened").executeTakeFirst()) !== undefined;

/** The same, and keeps it so until the transaction ends. */
export const lockOpened = async (trx: Executor, pull: OpenedPull): Promise<boolean> =>
  (await recorded(trx, pull).where("status", "=", "pr_opened").forUpdate().executeTakeFirst()) !== undefined;
