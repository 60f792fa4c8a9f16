import { createApiCall } from "../client/api-call.ts";
import type { ConfigRepoAccess } from "../jobs/config-repo-access.ts";
import { createGithubSide } from "./github-side.ts";
import type { ProposalAnswer } from "./smoke-proposal.ts";
import type { Step } from "./step.ts";

/** For the rejection and everything the service does because of it. */
const CLEAN_UP_TIMEOUT_MS = 90_000;

interface CleanUp {
  url: string;
  token: string;
  openAccess(signal: AbortSignal): ConfigRepoAccess;
  step: Step;
}

/**
 * Rejects the throw-away proposal, and waits until nothing of it is left on GitHub: the service that would see to it
 * later ends with this run. It has a signal of its own, so that a run that is stopped in the middle cleans up as well.
 */
export const cleanUp = async (
  { url, token, openAccess, step }: CleanUp,
  proposalId: string,
): Promise<void> => {
  const signal = AbortSignal.timeout(CLEAN_UP_TIMEOUT_MS);
  const call = createApiCall({ url, token, actor: "smoke", signal });
  const { pr_branch: branch, pr_number: number } = await step("reject", async () => {
    await call("POST", `/proposals/${proposalId}/reject`, { reason: "Smoke test." });
    return call<ProposalAnswer>("GET", `/proposals/${proposalId}`);
  });
  // It is stored before anything is pushed, and a rejected proposal pushes nothing.
  if (branch === null) return;
  const access = openAccess(signal);
  try {
    const { branchIsGone, nothingIsLeft } = createGithubSide(access.client);
    if (number === null) await step("branch gone", () => branchIsGone({ branch, signal }));
    else await step("pull request closed, branch gone", () => nothingIsLeft({ number, branch, signal }));
  } finally {
    await access.close();
  }
};
