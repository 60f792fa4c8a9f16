import { cutText } from "../clean-text.ts";
import { codeSpan } from "../markdown.ts";

/** Why a command in a comment was not carried out. */
export type CommandRefusal =
  /** Its author can't write to the repository. */
  | { kind: "not_allowed" }
  | { kind: "unknown"; words: string }
  | { kind: "rejected_already" }
  | { kind: "merged" }
  | { kind: "pull_closed" };

const NAME_CODE_POINTS_MAX = 100;
const WORDS_CODE_POINTS_MAX = 100;

const COMMANDS = [
  "- `/relyloop reject <reason>` turns the proposal down, closes this pull request and deletes its branch",
  "- `/relyloop refresh` looks again at the base branch, and brings the check and the note on drift up to date",
].join("\n");

/** Hidden, so that an answer is found again and not given twice. */
export const commandMarker = (commentId: number): string => `<!-- relyloop-command:${commentId} -->`;

/** The comment that says why nothing was done and what to do instead, GitHub Markdown. Nobody is mentioned. */
export function commandAnswer(
  refusal: CommandRefusal,
  { login, commentId }: { login: string; commentId: number },
): string {
  return `${explain(refusal, login)}\n\n${commandMarker(commentId)}`;
}

function explain(refusal: CommandRefusal, login: string): string {
  switch (refusal.kind) {
    case "not_allowed":
      return `${codeSpan(cutText(login, NAME_CODE_POINTS_MAX))} can't write to this repository, so the command was not carried out. Ask somebody who can to give it.`;
    case "unknown": {
      const words = cutText(refusal.words, WORDS_CODE_POINTS_MAX);
      const said = words === "" ? "`/relyloop` alone says nothing." : `${codeSpan(words)} is no command.`;
      return `${said} These are, at the beginning of a comment, for people who can write to this repository:\n\n${COMMANDS}`;
    }
    case "rejected_already":
      return "The proposal is rejected already: this pull request is being closed, or is. To go on with the change, make a new proposal in RelyLoop.";
    case "merged":
      return "This pull request is merged, so the command was not carried out. To undo the change, revert it on GitHub or make a new proposal in RelyLoop.";
    case "pull_closed":
      return "This pull request is closed, so there is nothing to look at again. Reopen it first, or turn the proposal down with `/relyloop reject <reason>`.";
    default:
      throw new TypeError(`unknown refusal ${refusal satisfies never}`);
  }
}
