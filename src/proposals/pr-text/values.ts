import { cleanLine, cutText } from "../clean-text.ts";
import { codeSpan } from "../markdown.ts";
import type { ParamChange } from "../params-file.ts";

/** A longer value is cut: the diff on the pull request shows it whole. */
const VALUE_CODE_POINTS_MAX = 200;

/** A value spelled as JSON, on one line. */
export function spellValue(json: string): string {
  return cutText(cleanLine(json), VALUE_CODE_POINTS_MAX);
}

/** A value spelled as JSON, as Markdown; undefined is a parameter the file does not have. */
export function valueCell(json: string | undefined): string {
  return json === undefined ? "*not set*" : codeSpan(spellValue(json));
}

/** `1.50 → 2.5`, the old value as the file spells it. */
export function spellChange(change: ParamChange): string {
  const from = change.fromText === undefined ? "(not set)" : spellValue(change.fromText);
  return `${from} → ${spellValue(JSON.stringify(change.to))}`;
}
