import { createTwoFilesPatch } from "diff";

/** A longer diff is cut at a line: a preview is for reading. */
export const UNIFIED_DIFF_CHARS_MAX = 200_000;

const CONTEXT_LINES = 3;
/** Removed and added lines together, whose square the comparison costs. 200 changed parameters make 400. */
const EDITED_LINES_MAX = 1_000;
const TIMEOUT_MS = 2_000;

/**
 * What changes in one file, as `git diff` would print it. Where that is too long it is cut, or left out, with a line that
 * says so: for people to read, not for `git apply`.
 *
 * @param path repository-relative, with `/`
 * @param before UTF-8, as is `after`
 */
export function unifiedDiff(path: string, before: Uint8Array, after: Uint8Array): string {
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  const options = { context: CONTEXT_LINES, maxEditLength: EDITED_LINES_MAX, timeout: TIMEOUT_MS };
  const names: [string, string] = [`a/${path}`, `b/${path}`];
  const patch = createTwoFilesPatch(
    ...names,
    decoder.decode(before),
    decoder.decode(after),
    undefined,
    undefined,
    options,
  );
  if (patch === undefined) return `--- ${names[0]}\n+++ ${names[1]}\n… too many lines differ to show them\n`;
  // The library heads every patch with a ruler that git does not print.
  return cutAtLine(patch.replace(/^=+\n/, ""));
}

function cutAtLine(patch: string): string {
  if (patch.length <= UNIFIED_DIFF_CHARS_MAX) return patch;
  const end = patch.lastIndexOf("\n", UNIFIED_DIFF_CHARS_MAX) + 1;
  return `${patch.slice(0, end)}… the rest is too long to show\n`;
}
