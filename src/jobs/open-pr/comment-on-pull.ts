import type { Selectable } from "kysely";
import type { Logger } from "pino";
import type { ProposalFacts } from "../../db/facts-store.ts";
import type { ConfigReposTable } from "../../db/schema.ts";
import { AppError } from "../../errors.ts";
import { RescheduleError } from "../../github/github-errors.ts";
import type { OpenPullOutcome } from "../../github/open-pull.ts";
import { chartPath } from "../../proposals/config-path.ts";
import { proposalMarker } from "../../proposals/pr-text/marker.ts";
import { type CommentChart, prComment } from "../../proposals/pr-text/pr-comment.ts";
import { redactTexts } from "../../proposals/pr-text/redact-texts.ts";
import type { ConfigRepoAccess } from "../config-repo-access.ts";
import type { OpenPrDeps } from "./open-pr-deps.ts";

export interface CommentInput {
  facts: Pick<ProposalFacts, "proposal" | "study" | "digest">;
  chart: Uint8Array | null;
  configRepo: Selectable<ConfigReposTable>;
  headSha: string;
  opened: OpenPullOutcome;
  /** Whether the attempt may still wait for GitHub. */
  mayWait: (wait: RescheduleError) => boolean;
  log: Logger;
}

/**
 * Sees to it that the pull request of a study has its comment with the chart. It may fail: a pull request without a
 * comment is still the change that was asked for. Only a lost fence, a wait or the end of the process passes.
 */
export const commentOnPull = async (
  deps: Pick<OpenPrDeps, "host" | "redact">,
  access: Pick<ConfigRepoAccess, "comments" | "botLogin">,
  input: CommentInput,
): Promise<void> => {
  const { facts, chart, configRepo, headSha, opened, log } = input;
  const image: CommentChart =
    chart === null || facts.study === null
      ? { kind: "failed" }
      : {
          kind: "image",
          webUrl: deps.host.webUrl,
          owner: configRepo.owner,
          repo: configRepo.repo,
          commit: headSha,
          path: chartPath(facts.study.id),
        };
  try {
    await access.comments.ensureComment({
      issue: opened.pull.number,
      body: deps.redact(prComment(redactTexts(facts, deps.redact), image)),
      marker: proposalMarker(facts.proposal.id),
      botLogin: await access.botLogin(),
      // A pull request this very run opened has no comment of an earlier run.
      first: opened.kind === "opened",
    });
  } catch (error) {
    // A long wait is worth another job: nobody would come back for the comment. Anything else it goes without.
    if (error instanceof RescheduleError && input.mayWait(error)) throw error;
    if (!(error instanceof AppError)) throw error;
    log.warn(
      { event: "pr_open_comment_failed", error_code: error.code, err: error },
      "the comment failed; the pull request stands without it",
    );
  }
};
