import { countCodePoints } from "../clean-text.ts";
import { truncateAtRow } from "../markdown.ts";
import { BODY_CODE_POINTS_MAX, CUT_NOTE } from "./text-limits.ts";

/** The body of a pull request keeps this much room for the section, so that it can be filled later. */
export const DRIFT_SECTION_CODE_POINTS_MAX = 10_000;

/** Hidden, like `marker.ts`' marks. No value from the database can bring one: the texts around them escape `<`. */
const BEGIN = "<!-- relyloop-drift -->";
const END = "<!-- /relyloop-drift -->";

const EMPTY = `${BEGIN}\n${END}`;

/**
 * The part of a pull request's body that is kept up to date: what there is to say of the base branch, between two
 * hidden marks. They stand there also when there is nothing to say.
 * @param note Markdown; "" for nothing
 */
export function driftSection(note: string, codePointsMax: number = DRIFT_SECTION_CODE_POINTS_MAX): string {
  if (note === "") return EMPTY;
  const room = codePointsMax - countCodePoints(filled(""));
  return filled(truncateAtRow(note, room, CUT_NOTE));
}

const filled = (note: string): string => `${BEGIN}\n\n${note}\n\n${END}`;

export type ReplacedDrift =
  | { kind: "replaced"; body: string }
  | { kind: "unchanged" }
  /** Somebody removed or doubled a mark, or it is a body from before there were any: it belongs to people. */
  | { kind: "no_marks" }
  /** What people wrote leaves no room for it. */
  | { kind: "no_room" };

/** Puts the note in place of what stands between the marks; everything else stays as it is, byte for byte. */
export function replaceDriftSection(body: string, note: string): ReplacedDrift {
  const begin = onlyIndexOf(body, BEGIN);
  const end = onlyIndexOf(body, END);
  if (begin === -1 || end < begin) return { kind: "no_marks" };
  const above = body.slice(0, begin);
  const below = body.slice(end + END.length);
  const room = BODY_CODE_POINTS_MAX - countCodePoints(above) - countCodePoints(below);
  const section = driftSection(note, Math.min(room, DRIFT_SECTION_CODE_POINTS_MAX));
  if (countCodePoints(section) > room) return { kind: "no_room" };
  // GitHub's own editor ends lines with CRLF.
  const present = body.slice(begin, end + END.length).replaceAll("\r\n", "\n");
  return present === section ? { kind: "unchanged" } : { kind: "replaced", body: above + section + below };
}

/** Where the mark stands, -1 when it does not, or more than once. */
function onlyIndexOf(body: string, mark: string): number {
  const index = body.indexOf(mark);
  return body.indexOf(mark, index + 1) === -1 ? index : -1;
}
