import { appendEvent, appendNews } from "../../db/events-store.ts";
import { markClosed } from "../../db/pull-mirrors-store.ts";
import { AppError } from "../../errors.ts";
import { RescheduleError } from "../../github/github-errors.ts";
import type { Pull } from "../../github/pull.ts";
import { closeComment } from "../../proposals/pr-text/close-comment.ts";
import { closeMarker } from "../../proposals/pr-text/marker.ts";
import { redactTexts } from "../../proposals/pr-text/redact-texts.ts";
import { pullClosed } from "../../proposals/pull-changes.ts";
import type { CloseContext } from "./close-context.ts";
import type { ClosePrDeps } from "./close-pr.ts";

/**
 * Closes our pull request, and says so in the database: also when an earlier run closed it and died before it could.
 * @returns the pull request as it then is: people may have merged it at that very moment, and of a merged one nothing
 * is said here
 */
export const closePull = async (
  deps: Pick<ClosePrDeps, "db" | "redact">,
  context: CloseContext,
  pull: Pull,
): Promise<Pull> => {
  const { proposal, recorded, log } = context;
  const left = pull.state === "open" ? await close(deps, context, pull) : pull;
  if (left.merged_at !== null) return left;
  if (pull.state === "open") {
    const facts = { event: "pr_closed", pr_url: left.html_url };
    log.info(facts, "the pull request of a rejected proposal is closed");
  }
  await deps.db.transaction().execute(async (trx) => {
    const told = { pr_number: left.number, pr_url: left.html_url };
    const event = { proposalId: proposal.id, ...pullClosed(told, true) };
    // Only a recorded one is mirrored; of another one the timeline alone knows whether it was told.
    if (!recorded) return appendNews(trx, event, (last) => last === undefined);
    if (await markClosed(trx, proposal.id, new Date(left.updated_at))) await appendEvent(trx, event);
  });
  return left;
};

const close = async (deps: Pick<ClosePrDeps, "redact">, context: CloseContext, pull: Pull): Promise<Pull> => {
  await explain(deps, context, pull);
  return context.access.pulls.closePull(pull.number);
};

/** A comment may fail, such as where the conversation is locked; closing must not fail for it. */
const explain = async (
  deps: Pick<ClosePrDeps, "redact">,
  { proposal, access, mayWait, actor, log }: CloseContext,
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
    if (error instanceof RescheduleError && mayWait(error)) throw error;
    if (!(error instanceof AppError)) throw error;
    log.warn(
      { event: "close_pr_comment_failed", error_code: error.code, err: error },
      "closed without its reason",
    );
  }
};
