import { escapeBlock } from "../../src/proposals/markdown.ts";

export interface BoundedPattern {
  /** No text it meets is longer. */
  length_max: number;
  /** What hands texts to it, where a bare pattern meets texts that it can't be given. */
  through?: (text: string) => unknown;
  why: string;
}

const CODE_POINTS_MAX = 100;
const ADDRESS: BoundedPattern = { length_max: 2_048, why: "an address the administrator has set" };

/**
 * Patterns whose time would grow with the square of the text, and why it does not, by file and spelling: they are attacked
 * at the length that no text exceeds.
 */
export const BOUNDED_PATTERNS: Record<string, BoundedPattern> = {
  "src/config.ts /\\/+$/": ADDRESS,
  "src/register/register-options.ts /\\/+$/": ADDRESS,
  "src/proposals/pr-text/study-url.ts /\\/+$/": ADDRESS,
  "src/proposals/pr-text/pr-comment.ts /\\/+$/": ADDRESS,
  "src/git/build-commits.ts /\\n+$/": {
    length_max: 256,
    why: "texts in a message have no line breaks of their own",
  },
  "src/proposals/params-file/insert-members.ts /[ \\t]*:[ \\t]*$/": {
    length_max: 1_000,
    why: "it is given the few characters between a key and its value",
  },
  'src/github/hook-deliveries.ts /<([^>]+)>;\\s*rel="next"/': {
    length_max: 16_384,
    why: "a header of GitHub's, which Node bounds",
  },
  "src/proposals/markdown.ts /\\s*\\S+/g": {
    length_max: 60_000,
    through: (text) => escapeBlock(text, CODE_POINTS_MAX),
    why: "no white space stands at the end of a clean text",
  },
};
