import type { Db } from "../../db/connect.ts";
import { storeHead } from "../../db/heads-store.ts";
import { storeCommits } from "../../db/open-pr-store.ts";
import { AppError } from "../../errors.ts";
import { type BuiltCommits, GitError } from "../../git/transport.ts";
import type { RetryingGit } from "../retrying-git.ts";
import { type Fence, FenceLost } from "./fence.ts";
import { branchExists } from "./look-at-remote.ts";

export interface Remembered {
  configRepoId: string;
  branch: string;
  baseBranch: string;
  attempt: number;
  built: BuiltCommits;
}

/** Stores what will prove the branch ours; only then may it be pushed. @throws FenceLost */
export const rememberCommits = (db: Db, fence: Fence, stored: Remembered): Promise<void> =>
  db.transaction().execute(async (trx) => {
    const { branch, attempt, built } = stored;
    const latest = { branch, attempt, baseSha: built.base, headSha: built.head };
    if (!(await storeCommits(trx, fence.proposalId, fence.run, latest))) throw new FenceLost(fence.run);
    await storeHead(trx, {
      proposal_id: fence.proposalId,
      config_repo_id: stored.configRepoId,
      branch,
      base_branch: stored.baseBranch,
      head_sha: built.head,
      attempt,
    });
  });

/**
 * Creates the branch on the remote.
 * @throws AppError BRANCH_EXISTS, PUSH_REJECTED with GitHub's own reason
 */
export const pushBranch = async (git: RetryingGit, branch: string, built: BuiltCommits): Promise<void> => {
  const outcome = await git.createBranch(branch, built).catch((error: unknown) => {
    // It was readable a moment ago: what is forbidden is the push.
    if (error instanceof GitError && error.kind === "forbidden") {
      return { kind: "rejected", reason: error.message } as const;
    }
    throw error;
  });
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
