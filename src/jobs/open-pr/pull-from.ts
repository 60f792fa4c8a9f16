import type { Selectable } from "kysely";
import type { ConfigReposTable } from "../../db/schema.ts";
import { type OpenPullOutcome, openPull } from "../../github/open-pull.ts";
import { prBody } from "../../proposals/pr-text/pr-body.ts";
import { prTitle } from "../../proposals/pr-text/pr-title.ts";
import type { ConfigRepoAccess } from "../config-repo-access.ts";
import type { OpenPrDeps } from "./open-pr-deps.ts";
import { type PullTexts, prFactsOf } from "./pull-texts.ts";

export interface PullInput {
  texts: PullTexts;
  configRepo: Selectable<ConfigReposTable>;
  head: { branch: string; sha: string; baseBranch: string };
  signal: AbortSignal;
}

/** Opens the pull request of a pushed branch, or takes over the one an uncertain answer left. */
export const pullFrom = async (
  deps: Pick<OpenPrDeps, "clock" | "redact">,
  access: Pick<ConfigRepoAccess, "pulls" | "botLogin">,
  { texts, configRepo, head, signal }: PullInput,
): Promise<OpenPullOutcome> => {
  const facts = prFactsOf(texts);
  return openPull(
    { pulls: access.pulls, clock: deps.clock, signal },
    {
      title: deps.redact(prTitle(facts)),
      body: deps.redact(prBody(facts)),
      head: head.branch,
      base: head.baseBranch,
      headOwner: configRepo.owner,
      ours: {
        headSha: head.sha,
        repositoryId: configRepo.github_repo_id,
        botLogin: await access.botLogin(),
      },
    },
  );
};
