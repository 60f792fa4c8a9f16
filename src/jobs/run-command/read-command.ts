import type { SaidComment } from "../../github/comments.ts";
import { type Command, parseCommand } from "../../proposals/commands.ts";
import type { ConfigRepoAccess } from "../config-repo-access.ts";

/** A command, and the person who gave it. */
export interface GivenCommand {
  command: Command;
  comment: SaidComment;
  author: { id: number; login: string };
}

/**
 * Reads a comment as it is now, edits included, and what it asks for.
 * @returns why there is nothing to do, if so
 */
export const readCommand = async (
  { redact }: { redact: (text: string) => string },
  { comments, botLogin }: Pick<ConfigRepoAccess, "comments" | "botLogin">,
  { commentId, pullNumber }: { commentId: number; pullNumber: number },
): Promise<{ kind: "given"; given: GivenCommand } | { kind: "nothing"; why: string }> => {
  const comment = await comments.getComment(commentId);
  if (comment === null) return { kind: "nothing", why: "the comment is gone" };
  if (comment.issue !== pullNumber) return { kind: "nothing", why: "it stands under another issue" };
  const { author } = comment;
  // Bots that answer each other never stop.
  if (author === null || author.type !== "User" || author.login === (await botLogin())) {
    return { kind: "nothing", why: "no person wrote it" };
  }
  const command = parseCommand(redact(comment.body));
  if (command === null) return { kind: "nothing", why: "it holds no command" };
  return { kind: "given", given: { command, comment, author } };
};
