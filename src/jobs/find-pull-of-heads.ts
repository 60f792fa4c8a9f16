import type { HeadRow } from "../db/heads-store.ts";
import { findOurPull } from "../github/open-pull.ts";
import type { Pull } from "../github/pull.ts";
import type { WritableRepo } from "../registry/require-writable.ts";
import type { ConfigRepoAccess } from "./config-repo-access.ts";

/** The pull request that was opened for one of these heads, whatever its state; without heads there is none to look for. */
export const findPullOfHeads = async (
  access: Pick<ConfigRepoAccess, "pulls" | "botLogin">,
  configRepo: WritableRepo["configRepo"],
  branch: string,
  heads: readonly HeadRow[],
): Promise<Pull | null> => {
  if (heads.length === 0) return null;
  const botLogin = await access.botLogin();
  return findOurPull(access.pulls, {
    headOwner: configRepo.owner,
    head: branch,
    ours: heads.map(({ head_sha, base_branch }) => ({
      headSha: head_sha,
      repositoryId: configRepo.github_repo_id,
      base: base_branch,
      botLogin,
    })),
  });
};
