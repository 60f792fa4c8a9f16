import { cutText } from "../clean-text.ts";
import { escapeInline } from "../markdown.ts";

const FOLLOW_UPS_MAX = 20;
const FOLLOW_UP_CODE_POINTS_MAX = 500;

/** Names digests have used for the headline of a suggestion, and for what explains it. */
const HEADLINES = ["title", "name", "suggestion", "summary", "action", "text"];
const DETAILS = ["description", "detail", "details", "rationale", "reason"];

/**
 * A digest's suggested follow-ups as a Markdown list, or undefined where there are none. Their shape is not fixed: texts
 * and objects with usual names read well, the rest is shown as JSON.
 */
export function followUpList(suggested: unknown): string | undefined {
  const entries = Array.isArray(suggested) ? suggested : [suggested];
  const lines = entries.map(followUpLine).filter((line) => line !== "");
  if (lines.length === 0) return undefined;
  const rest = lines.length - FOLLOW_UPS_MAX;
  const shown = lines.slice(0, FOLLOW_UPS_MAX).map((line) => `- ${line}`);
  return [...shown, ...(rest > 0 ? [`- … and ${rest} more`] : [])].join("\n");
}

function followUpLine(entry: unknown): string {
  return escapeInline(cutText(spell(entry).trim(), FOLLOW_UP_CODE_POINTS_MAX));
}

function spell(entry: unknown): string {
  if (entry === null) return "";
  if (typeof entry !== "object") return String(entry);
  const headline = firstText(entry, HEADLINES);
  const detail = firstText(entry, DETAILS);
  if (headline !== undefined && detail !== undefined) return `${headline}: ${detail}`;
  const text = headline ?? detail ?? JSON.stringify(entry);
  return text === "{}" ? "" : text;
}

function firstText(entry: object, names: readonly string[]): string | undefined {
  const members = entry as Record<string, unknown>;
  return names
    .map((name) => members[name])
    .find((text): text is string => typeof text === "string" && text.trim() !== "");
}
