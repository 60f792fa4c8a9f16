import { cleanLines } from "./clean-text.ts";

/** Stands for an API token's name in the actor of what a comment asked for. */
export const COMMENT_TOKEN = "github";

/** As the internal API bounds it (`rejectionBodySchema`), in UTF-16 units; here it is cut, not refused. */
export const REASON_CHARACTERS_MAX = 2_000;
const WORDS_CHARACTERS_MAX = 100;

/** What a comment on a pull request asks for. */
export type Command =
  | { kind: "reject"; reason: string | null }
  | { kind: "refresh" }
  /** Meant for us, but none of ours. `words` is what stood behind `/relyloop`, one clean line. */
  | { kind: "unknown"; words: string };

/**
 * Reads a command from a comment: `/relyloop …` at the very beginning of its first line, in any case. Indented, quoted,
 * in a code block or further down it is talk about a command, not one.
 *
 * - `/relyloop reject [reason]`: the reason goes on in the lines below
 * - `/relyloop refresh`
 *
 * @param body as GitHub has it, with secrets taken out: cutting could hide half of one from the filter
 * @returns null for any other comment
 */
export function parseCommand(body: string): Command | null {
  const [first = ""] = body.split(/\r\n|[\n\r]/, 1);
  const [, rest] = /^\/relyloop(?=\s|$)(.*)/is.exec(first) ?? [];
  if (rest === undefined) return null;
  const [, verb = "", words = ""] = /\s*(\S*)(.*)/s.exec(rest) ?? [];
  switch (verb.toLowerCase()) {
    case "reject":
      return { kind: "reject", reason: reasonOf(words + body.slice(first.length)) };
    case "refresh":
      return words.trim() === "" ? { kind: "refresh" } : unknown(rest);
    default:
      return unknown(rest);
  }
}

const unknown = (rest: string): Command => ({
  kind: "unknown",
  words: cut(cleanLines(rest).join(" "), WORDS_CHARACTERS_MAX),
});

/** Without control characters, NUL among them, which PostgreSQL does not take. */
function reasonOf(text: string): string | null {
  const reason = cut(cleanLines(text).join("\n"), REASON_CHARACTERS_MAX);
  return reason === "" ? null : reason;
}

function cut(text: string, characters_max: number): string {
  if (text.length <= characters_max) return text;
  const kept = text.slice(0, characters_max - 1).replace(/[\uD800-\uDBFF]$/, "");
  return `${kept.trimEnd()}…`;
}
