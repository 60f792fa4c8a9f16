import { appendEvent, lastEvent } from "../../db/events-store.ts";
import { markClosed } from "../../db/open-pr-store.ts";
import { AppError } from "../../errors.ts";
import { RescheduleError } from "../../github/github-errors.ts";
import type { Pull } from "../../github/pull.ts";
import { closeComment } from "../../proposals/pr-text/close-comment.ts";
import { closeMarker } from "../../proposals/pr-text/marker.ts";
import { redactTexts } from "../../proposals/pr-text/redact-texts.ts";
import type { CloseContext } from "./close-context.ts";
import type { ClosePrDeps } from "./close-pr.ts";

/**
 * Closes our pull request, and says so in the database: also when an earlier run closed it and died before it could.
 */
export const closePull = async (
  deps: Pick<ClosePrDeps, "db" | "redact">,
  context: CloseContext,
  pull: Pull,
): Promise<void> => {
  const { proposal, access, log } = context;
  if (pull.state === "open") {
    await explain(deps, context, pull);
    await access.pulls.closePull(pull.number);
    log.info(
      { event: "pr_closed", pr_url: pull.html_url },
      "the pull request of a rejected proposal is closed",
    );
  }
  await deps.db.transaction().execute(async (trx) => {
    await markClosed(trx, proposal.id);
    if ((await lastEvent(trx, proposal.id, ["pr_closed"])) !== undefined) return;
    const data = { pr_number: pull.number, pr_url: pull.html_url };
    await appendEvent(trx, { proposalId: proposal.id, kind: "pr_closed", data });
  });
};

/** A comment may fail, such as where the conversation is locked; closing must not fail for it. */
const explain = async (
  deps: Pick<ClosePrDeps, "redact">,
  { proposal, access, actor, log }: CloseContext,
  pull: Pull,
): Promise<void> => {
  const rejection = { proposalId: proposal.id, reason: proposal.rejected_reason, rejectedBy: actor };
  try {
    await access.comments.ensureComment({
      issue: pull.number,
      body: deps.redact(closeComment(redactTexts(rejection, deps.redact))),
      marker: closeMarker(proposal.id),
      botLogin: await access.botLogin(),
      first: false,
    });
  } catch (error) {
    if (!(error instanceof AppError) || error instanceof RescheduleError) throw error;
    log.warn(
      { event: "close_pr_comment_failed", error_code: error.code, err: error },
      "closed without its reason",
    );
  }
};
