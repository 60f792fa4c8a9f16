/**
 * Text from the database, made fit to be shown: no control characters, nothing that reorders or hides what a reviewer
 * reads, and nothing GitHub would turn into a mention, a reference or a link.
 */

/** Zero-width space: invisible, and enough to keep GitHub from recognising what it stands in. */
const BREAK = "\u200B";

const LINE_BREAKS = /\r\n|[\n\r\v\f\u0085\u2028\u2029]/;

/**
 * Control characters, the bidirectional overrides and isolates of "Trojan Source" (CVE-2021-42574), and the invisible
 * tag characters that can hide a whole second text.
 */
const UNSAFE = /[\p{Cc}\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069\u{E0000}-\u{E007F}]/gu;

/** One line: line breaks and tabs become a space, unsafe characters and lone surrogates U+FFFD. */
export function cleanLine(text: string): string {
  return text
    .toWellFormed()
    .split(LINE_BREAKS)
    .map((line) => line.replaceAll("\t", " ").trim())
    .join(" ")
    .trim()
    .replace(UNSAFE, "\uFFFD");
}

/** Clean lines, without blank ones at either end and never two blank ones in a row. */
export function cleanLines(text: string): string[] {
  const lines = text.split(LINE_BREAKS).map(cleanLine);
  const kept = lines.filter((line, index) => line !== "" || lines[index - 1] !== "");
  if (kept[0] === "") kept.shift();
  if (kept.at(-1) === "") kept.pop();
  return kept;
}

/**
 * Breaks up what GitHub links or notifies by itself, in Markdown, titles and commit messages alike: mentions and e-mail
 * addresses, `#12` and `GH-12` (which can close issues), addresses of pages, and commit ids. The characters stay as they
 * are; a zero-width space stands in between, as other bots do it (Renovate, for one).
 * https://docs.github.com/en/get-started/writing-on-github/working-with-advanced-formatting/autolinked-references-and-urls
 */
export function breakAutolinks(text: string): string {
  return (
    text
      // A mention needs something else than a letter in front: `ndcg@10` is none. An address needs a dot behind.
      .replace(/(?<![A-Za-z0-9])@(?=[A-Za-z0-9_])|@(?=[\w-]*\.\w)/g, `@${BREAK}`)
      .replace(/#(?=\d)/g, `#${BREAK}`)
      .replace(/\b(GH-)(?=\d)/gi, `$1${BREAK}`)
      .replace(/:\/\//g, `:/${BREAK}/`)
      .replace(/\b(www)\./gi, `$1${BREAK}.`)
      // Digits and letters both, so that words and plain numbers are left alone.
      .replace(/(?<![\w-])(?=[a-f]*\d)(?=\d*[a-f])[0-9a-f]{7,40}(?![\w-])/gi, breakCommitId)
  );
}

/** GitHub takes seven digits for a commit id. */
function breakCommitId(id: string): string {
  return id.replace(/.{6}(?=.)/g, `$&${BREAK}`);
}

/** Length as GitHub counts its limits. */
export function countCodePoints(text: string): number {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}

/** At most `codePointsMax` code points, the last of them "…" where something was cut off. */
export function cutText(text: string, codePointsMax: number): string {
  // A string never has fewer UTF-16 units than code points.
  if (text.length <= codePointsMax) return text;
  let index = 0;
  let lastKept = 0;
  let count = 0;
  for (const character of text) {
    count += 1;
    if (count === codePointsMax) lastKept = index;
    index += character.length;
  }
  return count <= codePointsMax ? text : `${text.slice(0, lastKept)}…`;
}
