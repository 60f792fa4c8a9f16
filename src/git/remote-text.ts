// Control characters are what the pattern is for: they come from another machine and go to a terminal and a page.
// biome-ignore lint/suspicious/noControlCharactersInRegex: see above
const TERMINAL_SEQUENCE = /\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|.)/g;
/** Control and invisible formatting characters (such as the ones that turn the writing direction), but not the newline. */
const UNPRINTABLE = /(?!\n)[\p{Cc}\p{Cf}]/gu;
/** Longer than secrets are that have no shape the filter knows; what has no space for so long is no text either. */
const WORD_CHARS_MAX = 256;

/**
 * Text of a remote, made fit for a log line, a database column and a page: no terminal sequences, no control
 * characters but newlines, no blank lines, at most `chars_max` characters.
 */
export function cleanRemoteText(text: string, chars_max: number): string {
  const clean = text
    .replace(TERMINAL_SEQUENCE, "")
    .replace(UNPRINTABLE, "")
    .split("\n")
    .map((line) => line.trimEnd())
    .filter((line) => line !== "")
    .join("\n");
  return cut(clean, chars_max).toWellFormed();
}

/**
 * Between words, where the last one is not long for a word: the filter that reads the text later knows a secret by the
 * whole of it, and would let half of one pass.
 */
function cut(text: string, chars_max: number): string {
  if (text.length <= chars_max) return text;
  const wordsEnd = text.slice(0, chars_max + 1).search(/\s\S*$/);
  return text.slice(0, wordsEnd >= Math.max(1, chars_max - WORD_CHARS_MAX) ? wordsEnd : chars_max).trimEnd();
}
