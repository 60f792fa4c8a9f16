// Control characters are what the pattern is for: they come from another machine and go to a terminal and a page.
// biome-ignore lint/suspicious/noControlCharactersInRegex: see above
const TERMINAL_SEQUENCE = /\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|.)/g;
/** Control and invisible formatting characters (such as the ones that turn the writing direction), but not the newline. */
const UNPRINTABLE = /(?!\n)[\p{Cc}\p{Cf}]/gu;

/**
 * Text of a remote, made fit for a log line, a database column and a page: no terminal sequences, no control
 * characters but newlines, no blank lines, at most `chars_max` characters.
 */
export function cleanRemoteText(text: string, chars_max: number): string {
  return text
    .replace(TERMINAL_SEQUENCE, "")
    .replace(UNPRINTABLE, "")
    .split("\n")
    .map((line) => line.trimEnd())
    .filter((line) => line !== "")
    .join("\n")
    .slice(0, chars_max)
    .toWellFormed();
}
