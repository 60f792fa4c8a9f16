import type { Actor } from "../actor.ts";
import { cutText } from "../clean-text.ts";
import { COMMENT_TOKEN } from "../commands.ts";
import { codeSpan, escapeInline } from "../markdown.ts";

const NAME_CODE_POINTS_MAX = 200;

/** `Requested by Ada with the API token `ui`.`, or `Rejected by ada in a comment.` Names the token, never its secret. */
export function actorSentence(verb: string, actor: Actor): string {
  const token = `the API token ${codeSpan(cutText(actor.token, NAME_CODE_POINTS_MAX))}`;
  const person = escapeInline(cutText(actor.person ?? "", NAME_CODE_POINTS_MAX));
  if (actor.token === COMMENT_TOKEN && person !== "") return `${verb} by ${person} in a comment.`;
  return person === "" ? `${verb} with ${token}.` : `${verb} by ${person} with ${token}.`;
}
