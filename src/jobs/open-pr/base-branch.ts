import type { HeadRow } from "../../db/heads-store.ts";
import type { ProposalRow } from "../../db/proposals-store.ts";
import { AppError } from "../../errors.ts";
import type { Oid, Tips } from "../../git/transport.ts";

/** What a pull request is built on, and goes to. */
export interface Base {
  sha: Oid;
  branch: string;
}

export interface BaseInput {
  proposal: Pick<ProposalRow, "pr_head_sha" | "pr_base_sha">;
  attempt: number;
  /** This proposal's heads in this repository. */
  heads: readonly HeadRow[];
  /** The base branch as it is registered now. */
  branch: string;
  tips: Pick<Tips, "base">;
}

/**
 * A re-run builds on the base its attempt stored, so that it makes the same commits.
 * @throws AppError CLONE_FAILED when there is no such branch
 */
export const baseOf = ({ proposal, attempt, heads, branch, tips }: BaseInput): Base => {
  const begun = heads.find((head) => head.attempt === attempt && head.head_sha === proposal.pr_head_sha);
  if (begun !== undefined && proposal.pr_base_sha !== null) {
    return { sha: proposal.pr_base_sha, branch: begun.base_branch };
  }
  if (tips.base === null) throw baseBranchMissing(branch);
  return { sha: tips.base, branch };
};

export const baseBranchMissing = (branch: string): AppError =>
  new AppError(
    "CLONE_FAILED",
    `The repository has no branch ${branch}. Correct the config repo's pr_base_branch, then press again.`,
    { reason: "base_branch_missing" },
  );
