import type { Logger } from "pino";
import { GithubApiError } from "../../github/github-errors.ts";
import { createReactions } from "../../github/reactions.ts";
import { commandAnswer, commandMarker } from "../../proposals/pr-text/command-answer.ts";
import type { ConfigRepoAccess } from "../config-repo-access.ts";
import type { CommandOutcome } from "./carry-out.ts";
import type { GivenCommand } from "./read-command.ts";

/** Locked, gone, closed to the app, or taken for spam: there is nobody to answer, and what was done is done. */
const CLOSED_CONVERSATION = [403, 404, 410, 422];

/**
 * Answers a command: a thumb when it was carried out; else a puzzled face and one comment that says why. Both may be
 * repeated.
 */
export const answerCommand = async (
  { redact, log }: { redact: (text: string) => string; log: Logger },
  access: Pick<ConfigRepoAccess, "client" | "comments" | "botLogin">,
  { comment, author }: GivenCommand,
  outcome: CommandOutcome,
): Promise<void> => {
  try {
    await createReactions(access.client).react(comment.id, outcome.kind === "done" ? "+1" : "confused");
    if (outcome.kind === "done") return;
    const { login } = author;
    await access.comments.ensureComment({
      issue: comment.issue,
      body: redact(commandAnswer(outcome.refusal, { login, commentId: comment.id })),
      marker: commandMarker(comment.id),
      botLogin: await access.botLogin(),
      first: false,
      since: comment.created_at,
    });
  } catch (error) {
    if (!(error instanceof GithubApiError) || !CLOSED_CONVERSATION.includes(error.status ?? 0)) throw error;
    log.info({ err: error }, "the conversation takes no answer; the command goes without one");
  }
};
