import type { Logger } from "pino";
import type { Clock } from "../../clock.ts";
import { createCheckRuns } from "../../github/check-runs.ts";
import type { RepositoryClient } from "../../github/client.ts";
import { GithubApiError } from "../../github/github-errors.ts";
import { isGranted, type Permissions } from "../../github/installation.ts";
import { CHECK_NAME } from "../../proposals/check-name.ts";
import type { CheckOutput } from "../../proposals/pr-text/check-output.ts";

export interface CheckInput {
  proposalId: string;
  headSha: string;
  detailsUrl: string | null;
  /** Redacted by the caller. */
  output: CheckOutput;
  startedAt: Date;
  /** Of the installation. */
  permissions: Permissions;
}

/**
 * Makes our check run on a commit, or brings the one that is there up to date.
 * @returns `off`: the installation has not granted checks, whatever our row of it says
 */
export const makeCheck = async (
  deps: { clock: Clock; appId: number | null; log: Logger },
  client: RepositoryClient,
  { proposalId, headSha, detailsUrl, output, startedAt, permissions }: CheckInput,
): Promise<"made" | "updated" | "off"> => {
  if (deps.appId === null || !isGranted(permissions, "checks", "write")) return "off";
  const { conclusion, title, summary, text } = output;
  const checks = createCheckRuns({ client, clock: deps.clock, appId: deps.appId });
  try {
    const { kind } = await checks.ensureCheck({
      name: CHECK_NAME,
      headSha,
      externalId: proposalId,
      detailsUrl,
      conclusion,
      output: { title, summary, text },
      startedAt,
      completedAt: new Date(deps.clock.now()),
    });
    return kind;
  } catch (error) {
    if (!(error instanceof GithubApiError) || error.status !== 403) throw error;
    deps.log.warn({ err: error }, "GitHub does not let the app write checks; the check is left out");
    return "off";
  }
};
