import type { Selectable } from "kysely";
import type { Db } from "../../db/connect.ts";
import { isHeadOfRejectedSibling, type ProposalRow } from "../../db/proposals-store.ts";
import type { ConfigReposTable } from "../../db/schema.ts";
import { AppError } from "../../errors.ts";
import type { Oid, Tips } from "../../git/transport.ts";
import { findOurPull } from "../../github/open-pull.ts";
import type { Pull } from "../../github/pull.ts";
import type { ConfigRepoAccess } from "../config-repo-access.ts";

/** What an earlier run of this proposal left on the remote. */
export type Standing =
  | { kind: "nothing" }
  /** This attempt's commits are on the branch; the pull request is missing. */
  | { kind: "pushed"; headSha: Oid }
  | { kind: "opened"; pull: Pull };

export interface LookInput {
  proposal: ProposalRow;
  attempt: number;
  configRepo: Selectable<ConfigReposTable>;
  branch: string;
  tips: Tips;
}

/**
 * Tells ours from others' by the SHA that was stored before pushing, and clears away what an earlier attempt left.
 * A first run stored nothing, so it doesn't pay for a look.
 * @throws AppError BRANCH_EXISTS for a branch that is not ours, PUSH_REJECTED when ours may not be deleted
 */
export const lookAtRemote = async (
  db: Db,
  access: Pick<ConfigRepoAccess, "git" | "pulls" | "botLogin">,
  input: LookInput,
): Promise<Standing> => {
  const { proposal, configRepo, branch, tips } = input;
  const stored = proposal.pr_head_sha;
  if (stored !== null) {
    const pull = await findOurPull(access.pulls, {
      headOwner: configRepo.owner,
      head: branch,
      ours: {
        headSha: stored,
        repositoryId: configRepo.github_repo_id,
        base: configRepo.pr_base_branch,
        botLogin: await access.botLogin(),
      },
    });
    if (pull !== null) return { kind: "opened", pull };
  }
  if (tips.branch === null) return { kind: "nothing" };
  if (tips.branch === stored && proposal.pr_head_attempt === input.attempt)
    return { kind: "pushed", headSha: stored };
  const leftBehind = tips.branch === stored || (await isHeadOfRejectedSibling(db, proposal, tips.branch));
  if (!leftBehind) throw branchExists(branch);
  await clearAway(access, branch, tips.branch);
  return { kind: "nothing" };
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
