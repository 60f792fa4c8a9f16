import { breakAutolinks, cleanLine, cleanLines, countCodePoints } from "./clean-text.ts";

/**
 * Markdown for GitHub whose meaning does not depend on what the database holds: text from there can neither format,
 * link, mention, nor leave its table cell.
 */

/** Characters that mean something inside a line. Pipes become entities, which no table parser splits at. */
const ESCAPES: Record<string, string> = {
  "\\": "\\\\",
  "`": "\\`",
  "*": "\\*",
  _: "\\_",
  "~": "\\~",
  "[": "\\[",
  "]": "\\]",
  $: "\\$",
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  "|": "&#124;",
};

/** Prose on one line, for a paragraph, a list item or a table cell. */
export function escapeInline(text: string): string {
  return breakAutolinks(cleanLine(text))
    .replace(/[\\`*_~[\]$&<>|]/g, (character) => ESCAPES[character] ?? character)
    .replace(/^(?:[-+=#]|:(?=-))/, "\\$&")
    .replace(/^(\d{1,9})([.)])/, "$1\\$2");
}

/** Ends a text that was cut. */
const CUT_NOTE = "…";

/**
 * Prose of several lines; its blank lines stay paragraphs. What exceeds `codePointsMax` is cut behind a word.
 */
export function escapeBlock(text: string, codePointsMax: number): string {
  const escaped = cleanLines(text).map(escapeInline).join("\n");
  if (countCodePoints(escaped) <= codePointsMax) return escaped;
  // Escapes hold no spaces, so that none is cut in half.
  let kept = "";
  let count = countCodePoints(CUT_NOTE) + 1;
  for (const word of escaped.match(/\s*\S+/g) ?? []) {
    count += countCodePoints(word);
    if (count > codePointsMax) break;
    kept += word;
  }
  return `${kept} ${CUT_NOTE}`.trimStart();
}

/**
 * Text set as code, safe in a table cell too. Where backticks can't hold it — a backtick or a pipe in it, or what could
 * pass for a hidden marker — it becomes a `<code>` element spelled in entities, which reads the same. The parser takes the
 * inside of that for running text, so that mentions and the like are broken up there.
 */
export function codeSpan(text: string): string {
  const line = cleanLine(text);
  if (line !== "" && !/[`|\\<]/.test(line)) return `\`${line}\``;
  const spelled = breakAutolinks(line).replace(
    /[!-/:-@[-`{-~]/g,
    (character) => `&#${character.codePointAt(0)};`,
  );
  return `<code>${spelled}</code>`;
}

/** A row of a table. The cells are Markdown already. */
export function tableRow(cells: readonly string[]): string {
  return `| ${cells.join(" | ")} |`;
}

/** A table; `right` says which columns hold numbers. Cells are Markdown already. */
export function table(
  header: readonly { title: string; right?: boolean }[],
  rows: readonly (readonly string[])[],
): string {
  return [
    tableRow(header.map(({ title }) => title)),
    tableRow(header.map(({ right }) => (right ? "---:" : "---"))),
    ...rows.map(tableRow),
  ].join("\n");
}

/**
 * Keeps whole lines from the start, as many as fit, and says with `note` that something is missing. The result has at
 * most `codePointsMax` code points, note included; a text that fits comes back as it is.
 */
export function truncateAtRow(text: string, codePointsMax: number, note: string): string {
  if (countCodePoints(text) <= codePointsMax) return text;
  // A blank line ends the table that was cut, else the note would become its last row.
  const ending = `\n\n${note}`;
  let left = codePointsMax - countCodePoints(ending);
  const kept: string[] = [];
  for (const line of text.split("\n")) {
    left -= countCodePoints(line) + 1;
    if (left < -1) break;
    kept.push(line);
  }
  return `${kept.join("\n").trimEnd()}${ending}`.trimStart();
}
