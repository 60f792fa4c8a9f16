import type { Oid } from "../../git/transport.ts";
import type { OpenPrJob } from "../../queue/job-data.ts";
import type { ConfigRepoAccess } from "../config-repo-access.ts";
import type { Step } from "./create-step.ts";
import type { Fence } from "./fence.ts";
import type { OpenPrDeps } from "./open-pr-deps.ts";
import { planCommits } from "./plan-commits.ts";
import type { PullTexts } from "./pull-texts.ts";
import { pushBranch, rememberCommits } from "./push-branch.ts";

export interface Push {
  job: OpenPrJob;
  fence: Fence;
  access: Pick<ConfigRepoAccess, "git" | "commitIdentity">;
  step: Step;
  texts: PullTexts;
  chart: Uint8Array | null;
  base: { sha: Oid; branch: string };
  branch: string;
}

/** @returns the head, which is stored before it is pushed: it proves later that the branch is ours. */
export const buildAndPush = async (
  deps: Pick<OpenPrDeps, "db" | "redact">,
  { job, fence, access, step, texts, chart, base, branch }: Push,
): Promise<Oid> => {
  const built = await step("build_commits", async () => {
    const identity = await access.commitIdentity();
    const fixed = { identity, requestedAt: job.requested_at, redact: deps.redact };
    return access.git.build(base.sha, planCommits(texts, chart, fixed));
  });
  await rememberCommits(deps.db, fence, {
    configRepoId: job.config_repo_id,
    branch,
    baseBranch: base.branch,
    attempt: job.attempt,
    built,
  });
  await step("push_branch", () => pushBranch(access.git, branch, built));
  return built.head;
};
