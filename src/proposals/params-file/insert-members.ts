import { createScanner, type SyntaxKind } from "jsonc-parser";
import type { ObjectNode } from "./json-tree.ts";

/** Replaces the text between two offsets; equal offsets insert. */
export interface Splice {
  start: number;
  end: number;
  text: string;
}

export interface NewMember {
  key: string;
  /** JSON text. */
  value: string;
}

const INDENT_DEFAULT = "  ";
const COLON_DEFAULT = ": ";

/** How far to look back for the spaces around a colon or behind a comma. */
const SEPARATOR_CHARS_MAX = 100;

/** jsonc-parser exports SyntaxKind as a const enum, which code that is run without a compiler can't import. */
const LINE_COMMENT = 12 as SyntaxKind.LineCommentTrivia;
const BLOCK_COMMENT = 13 as SyntaxKind.BlockCommentTrivia;
const LINE_BREAK = 14 as SyntaxKind.LineBreakTrivia;
const SPACES = 15 as SyntaxKind.Trivia;

/**
 * Adds members behind the last one of an object, written the way their neighbours are: on lines of their own with the
 * neighbour's indentation and line ending, or on the same line. A comment behind the last member stays with it.
 *
 * @param root the file's outermost object, whose style an object without members borrows
 */
export function insertMembers(
  text: string,
  root: ObjectNode,
  object: ObjectNode,
  members: readonly NewMember[],
): Splice[] {
  return object.last === undefined
    ? [fillEmptyObject(text, root, object, members)]
    : appendMembers(text, object.last, members);
}

function appendMembers(
  text: string,
  last: NonNullable<ObjectNode["last"]>,
  members: readonly NewMember[],
): Splice[] {
  const colon = colonOf(text, last);
  const spelled = members.map(({ key, value }) => `${JSON.stringify(key)}${colon}${value}`);
  const valueEnd = last.value.end;
  const ownLine = /^(?:\r\n|\n|\r)[ \t]*$/.exec(
    text.slice(lineStartBefore(text, last.keyStart), last.keyStart),
  );
  if (ownLine === null) {
    const separator = separatorBefore(text, last.keyStart, colon);
    const inserted = spelled.map((member) => `${separator}${member}`).join("");
    return [{ start: valueEnd, end: valueEnd, text: inserted }];
  }
  const [newLine] = ownLine;
  const lineEnd = endOfLine(text, valueEnd);
  return [
    { start: valueEnd, end: valueEnd, text: "," },
    { start: lineEnd, end: lineEnd, text: spelled.map((member) => `${newLine}${member}`).join(",") },
  ];
}

function fillEmptyObject(
  text: string,
  root: ObjectNode,
  object: ObjectNode,
  members: readonly NewMember[],
): Splice {
  const inside = text.slice(object.start + 1, object.end - 1);
  const colon = root.last === undefined ? COLON_DEFAULT : colonOf(text, root.last);
  const spelled = members.map(({ key, value }) => `${JSON.stringify(key)}${colon}${value}`);
  const at = endOfTrivia(text, object.start + 1);
  const lineBreak = /\r\n|\n|\r/.exec(inside)?.[0];
  if (lineBreak === undefined) {
    const separator = colon.endsWith(" ") ? ", " : ",";
    // `{ }` is padded, so that the members are too; behind a comment a space keeps them apart.
    const padding = at > object.start + 1 ? " " : inside;
    return { start: at, end: at, text: `${padding}${spelled.join(separator)}` };
  }
  const outer = /^[ \t]*/.exec(text.slice(lineStartAt(text, object.start)))?.[0] ?? "";
  const newLine = `${lineBreak}${outer}${indentUnit(text, root)}`;
  return { start: at, end: at, text: spelled.map((member) => `${newLine}${member}`).join(",") };
}

/** The colon between a key and its value with the spaces around it. */
function colonOf(text: string, member: NonNullable<ObjectNode["last"]>): string {
  const from = Math.max(member.keyStart, member.value.start - SEPARATOR_CHARS_MAX);
  const between = /[ \t]*:[ \t]*$/.exec(text.slice(from, member.value.start))?.[0];
  return between ?? COLON_DEFAULT;
}

/** The comma, and the spaces behind it, between the last two members of one line. */
function separatorBefore(text: string, keyStart: number, colon: string): string {
  const written = /,[ \t]*$/.exec(text.slice(Math.max(0, keyStart - SEPARATOR_CHARS_MAX), keyStart))?.[0];
  return written ?? (colon.endsWith(" ") ? ", " : ",");
}

/** What one level is indented by: the indentation of the outermost object's members, if they have lines of their own. */
function indentUnit(text: string, root: ObjectNode): string {
  if (root.last === undefined) return INDENT_DEFAULT;
  const before = text.slice(lineStartAt(text, root.last.keyStart), root.last.keyStart);
  return /^[ \t]+$/.test(before) ? before : INDENT_DEFAULT;
}

/** Start of the line that holds `offset`. */
function lineStartAt(text: string, offset: number): number {
  return Math.max(text.lastIndexOf("\n", offset - 1), text.lastIndexOf("\r", offset - 1)) + 1;
}

/** Like {@link lineStartAt}, but with the line break in front of that line. */
function lineStartBefore(text: string, offset: number): number {
  const start = lineStartAt(text, offset);
  return Math.max(0, text.startsWith("\r\n", start - 2) ? start - 2 : start - 1);
}

/**
 * Where a new line may begin behind a value: behind the comments that follow it on its line, and behind the spaces too
 * if the line ends there.
 */
function endOfLine(text: string, valueEnd: number): number {
  const scanner = createScanner(text, false);
  scanner.setPosition(valueEnd);
  let end = valueEnd;
  // Ends at the latest at the object's closing brace.
  for (;;) {
    const token = scanner.scan();
    if (token === LINE_COMMENT || token === BLOCK_COMMENT) end = scanner.getPosition();
    else if (token === LINE_BREAK) return scanner.getTokenOffset();
    else if (token !== SPACES) return end;
  }
}

/** Behind the last comment of an object without members; its start where there is none. */
function endOfTrivia(text: string, start: number): number {
  const scanner = createScanner(text, false);
  scanner.setPosition(start);
  let end = start;
  for (;;) {
    const token = scanner.scan();
    if (token === LINE_COMMENT || token === BLOCK_COMMENT) end = scanner.getPosition();
    else if (token !== LINE_BREAK && token !== SPACES) return end;
  }
}
