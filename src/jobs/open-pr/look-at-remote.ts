import type { Db } from "../../db/connect.ts";
import { type HeadRow, isHeadOfEndedSibling } from "../../db/heads-store.ts";
import type { ProposalRow } from "../../db/proposals-store.ts";
import { AppError } from "../../errors.ts";
import type { Oid, Tips } from "../../git/transport.ts";
import type { Pull } from "../../github/pull.ts";
import type { WritableRepo } from "../../registry/require-writable.ts";
import type { ConfigRepoAccess } from "../config-repo-access.ts";
import { findPullOfHeads } from "../find-pull-of-heads.ts";

/** What an earlier run of this proposal left on the remote. */
export type Standing =
  | { kind: "nothing" }
  /** This attempt's commits are on the branch; the pull request is missing. */
  | { kind: "pushed"; head: HeadRow }
  | { kind: "opened"; pull: Pull };

export interface LookInput {
  proposal: ProposalRow;
  attempt: number;
  configRepo: WritableRepo["configRepo"];
  branch: string;
  tips: Tips;
  /** This proposal's heads in this repository. */
  heads: readonly HeadRow[];
}

/**
 * Tells ours from others' by the heads that were stored before pushing, and clears away what an earlier attempt left.
 * A first run stored none, so it doesn't pay for a look.
 * @throws AppError BRANCH_EXISTS for a branch that is not ours, PUSH_REJECTED when ours may not be deleted
 */
export const lookAtRemote = async (
  db: Db,
  access: Pick<ConfigRepoAccess, "git" | "pulls" | "botLogin">,
  input: LookInput,
): Promise<Standing> => {
  const { proposal, branch, tips, heads } = input;
  const pull = await findPullOfHeads(access, input.configRepo, branch, heads);
  if (pull !== null) return { kind: "opened", pull };
  if (tips.branch === null) return { kind: "nothing" };
  const head = heads.find(({ head_sha }) => head_sha === tips.branch);
  if (head?.attempt === input.attempt && head.head_sha === proposal.pr_head_sha)
    return { kind: "pushed", head };
  if (!(await isLeftBehind(db, input))) throw branchExists(branch);
  await clearAway(access, branch, tips.branch);
  return { kind: "nothing" };
};

/** Whether the branch on the remote was pushed for this proposal, or for one of the same study that has ended. */
export const isLeftBehind = async (
  db: Db,
  { proposal, configRepo, branch, tips, heads }: Omit<LookInput, "attempt">,
): Promise<boolean> => {
  if (tips.branch === null) return false;
  if (heads.some(({ head_sha }) => head_sha === tips.branch)) return true;
  const look = { proposalId: proposal.id, configRepoId: configRepo.id, branch, sha: tips.branch };
  return isHeadOfEndedSibling(db, look);
};

const clearAway = async (access: Pick<ConfigRepoAccess, "git">, branch: string, tip: Oid): Promise<void> => {
  const outcome = await access.git.deleteBranch(branch, tip);
  switch (outcome.kind) {
    case "deleted":
    case "absent":
      return;
    case "moved":
      throw branchExists(branch);
    case "rejected":
      throw new AppError(
        "PUSH_REJECTED",
        `GitHub does not let the app delete its own earlier ${branch}: ${outcome.reason}`,
      );
    default:
      throw new TypeError(`unknown outcome ${outcome satisfies never}`);
  }
};

export const branchExists = (branch: string): AppError =>
  new AppError(
    "BRANCH_EXISTS",
    `The repository has a branch ${branch} that this proposal did not push; it was left untouched. Rename or delete it on GitHub, then press again.`,
  );
