import type { CommitIdentity, Oid } from "../../git/transport.ts";
import type { OpenPrJob } from "../../queue/job-data.ts";
import type { ConfigRepoAccess } from "../config-repo-access.ts";
import type { Base } from "./base-branch.ts";
import type { Step } from "./create-step.ts";
import type { Fence } from "./fence.ts";
import type { OpenPrDeps } from "./open-pr-deps.ts";
import { planCommits } from "./plan-commits.ts";
import type { PullTexts } from "./pull-texts.ts";
import { pushBranch, rememberCommits } from "./push-branch.ts";

export interface Push {
  job: OpenPrJob;
  fence: Fence;
  access: Pick<ConfigRepoAccess, "git">;
  step: Step;
  texts: PullTexts;
  /** The chart; null: there is none. */
  drawing: Promise<Uint8Array | null>;
  identity: Promise<CommitIdentity>;
  base: Base;
  branch: string;
}

/** @returns the head, which is stored before it is pushed: it proves later that the branch is ours. */
export const buildAndPush = async (
  deps: Pick<OpenPrDeps, "db" | "redact">,
  { job, fence, access, step, texts, drawing, identity, base, branch }: Push,
): Promise<Oid> => {
  const built = await step("build_commits", async () => {
    const fixed = { identity: await identity, requestedAt: job.requested_at, redact: deps.redact };
    return access.git.build(base.sha, planCommits(texts, await drawing, fixed));
  });
  await step("push_branch", async () => {
    await rememberCommits(deps.db, fence, {
      configRepoId: job.config_repo_id,
      branch,
      baseBranch: base.branch,
      attempt: job.attempt,
      built,
    });
    await pushBranch(access.git, branch, built);
  });
  return built.head;
};
