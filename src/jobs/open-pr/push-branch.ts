import type { Db } from "../../db/connect.ts";
import { storeCommits } from "../../db/open-pr-store.ts";
import { AppError } from "../../errors.ts";
import type { BuiltCommits } from "../../git/transport.ts";
import type { RetryingGit } from "../retrying-git.ts";
import { type Fence, FenceLost } from "./fence.ts";
import { branchExists } from "./look-at-remote.ts";

/** Stores what will prove the branch ours; only then may it be pushed. @throws FenceLost */
export const rememberCommits = async (
  db: Db,
  fence: Fence,
  stored: { branch: string; attempt: number; built: BuiltCommits },
): Promise<void> => {
  const { branch, attempt, built } = stored;
  const mine = await storeCommits(db, fence.proposalId, fence.run, {
    branch,
    attempt,
    baseSha: built.base,
    headSha: built.head,
  });
  if (!mine) throw new FenceLost(fence.run);
};

/**
 * Creates the branch on the remote.
 * @throws AppError BRANCH_EXISTS, PUSH_REJECTED with GitHub's own reason
 */
export const pushBranch = async (git: RetryingGit, branch: string, built: BuiltCommits): Promise<void> => {
  const outcome = await git.createBranch(branch, built);
  switch (outcome.kind) {
    case "created":
      return;
    case "exists": {
      // Another run of this attempt may have pushed the same commits since the tips were read.
      const { branch: tip } = await git.tips(branch, branch);
      if (tip !== built.head) throw branchExists(branch);
      return;
    }
    case "rejected":
      throw new AppError("PUSH_REJECTED", `GitHub did not accept the branch ${branch}: ${outcome.reason}`);
    default:
      throw new TypeError(`unknown outcome ${outcome satisfies never}`);
  }
};
