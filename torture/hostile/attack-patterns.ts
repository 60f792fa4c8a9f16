import { setImmediate } from "node:timers/promises";
import type { Trial } from "../part.ts";
import { BOUNDED_PATTERNS } from "./bounded-patterns.ts";
import { findRegexLiterals, findRunTimePatterns, type RegexLiteral } from "./regex-literals.ts";
import { type Pump, pumpsOf } from "./regex-pumps.ts";

const PATTERNS = { short: 25, full: Number.POSITIVE_INFINITY };
/** Behind a pump: the end, and what most patterns can't go on with. */
const SUFFIXES = ["", "\0", "!\n", "@"];
/** Far enough apart that a pattern of quadratic time takes hundreds of times a linear one's, near enough to stop in time. */
const LENGTHS = [16, 22, 28, 40, 64, 96, 128, 192, 256, 512, 1_024, 4_096, 16_384];
/** Of what is longer, the growth from one length to the double is looked at. */
const SHORT_LENGTH = 1_024;
/** A linear pattern needs microseconds for a short text; this is for a machine that does something else. */
const SHORT_MS_MAX = 20;
/** Below, a clock on a busy machine can't tell growth. */
const MEASURABLE_MS = 4;
const GROWTH_MAX = 3;
const TRIES = 4;

/** The longest a pattern may take on the longest text it may meet. */
const BOUND_MS_MAX = 1_000;
/** Put together at run time, so that no literal can be attacked: each repeats its parts a bounded number of times. */
const AT_RUN_TIME = ["src/github/host.ts"];

/**
 * Holds every regular expression in `src`, and those of the API's description, to time that grows with the text, on texts
 * made out of the pattern itself.
 */
export const attackPatterns = async (
  described: readonly RegExp[],
  { size, random }: Pick<Trial, "size" | "random">,
): Promise<{ patterns: number; violations: string[] }> => {
  const written = findRegexLiterals();
  const violations = findRunTimePatterns()
    .filter((path) => !AT_RUN_TIME.includes(path))
    .map((path) => `${path} puts a pattern together at run time, which nobody attacks`);
  if (written.length === 0) violations.push("no regular expression was found in src");
  const names = new Set(written.map(nameOf));
  for (const name of Object.keys(BOUNDED_PATTERNS).filter((one) => !names.has(one)))
    violations.push(`${name} is known to be slow on long texts, and is not there any more`);
  const all = [...written, ...described.map((pattern) => ({ place: "the API's description", pattern }))];
  const chosen = random.some(all, PATTERNS[size]);
  for (const literal of chosen) {
    violations.push(...judgePattern(literal));
    // Other parts live in the same process.
    await setImmediate();
  }
  return { patterns: chosen.length, violations };
};

/** What is wrong with a pattern: at most one text, on which it is slow. */
export const judgePattern = (literal: RegexLiteral): string[] => {
  const { place, pattern } = literal;
  const bounded = BOUNDED_PATTERNS[nameOf(literal)];
  const through = bounded?.through ?? use(pattern);
  for (const pump of pumpsOf(pattern)) {
    for (const suffix of SUFFIXES) {
      const timeAt: TimeAt = (length, tries) => leastTime(through, grown(pump, suffix, length), tries);
      const problem = bounded === undefined ? slowness(timeAt) : slownessAt(bounded.length_max, timeAt);
      if (problem !== null)
        return [`${place} ${pattern}: ${problem}, on ${JSON.stringify({ ...pump, suffix })}`];
    }
  }
  return [];
};

/** Its file and how it is spelled: lines move. */
const nameOf = ({ place, pattern }: RegexLiteral): string => `${place.split(":")[0]} ${pattern}`;

/** Milliseconds for a text of this length: the least of so many tries. */
type TimeAt = (length: number, tries: number) => number;

const slowness = (timeAt: TimeAt): string | null => {
  for (const length of LENGTHS) {
    const once_ms = timeAt(length, 1);
    if (length <= SHORT_LENGTH) {
      if (once_ms <= SHORT_MS_MAX) continue;
      const again_ms = timeAt(length, 2);
      if (again_ms > SHORT_MS_MAX) return `takes ${again_ms.toFixed()} ms for ${length} characters`;
    } else if (once_ms > MEASURABLE_MS) {
      // Twice in a row: once may be the machine.
      const [half_ms, whole_ms] = [timeAt(length / 2, TRIES), timeAt(length, TRIES)];
      if (
        whole_ms > MEASURABLE_MS &&
        whole_ms > GROWTH_MAX * half_ms &&
        timeAt(2 * length, 2) > GROWTH_MAX * whole_ms
      )
        return `takes ${half_ms.toFixed(1)} ms for ${length / 2} characters and ${whole_ms.toFixed(1)} ms for ${length}`;
    }
  }
  return null;
};

const slownessAt = (length: number, timeAt: TimeAt): string | null => {
  const least_ms = timeAt(length, 1) <= BOUND_MS_MAX ? 0 : timeAt(length, TRIES);
  return least_ms <= BOUND_MS_MAX
    ? null
    : `takes ${least_ms.toFixed()} ms for ${length} characters, the most there are`;
};

const grown = ({ prefix, pump }: Pump, suffix: string, length: number): string =>
  prefix + pump.repeat(Math.ceil(length / pump.length)) + suffix;

/** A pattern that is global is used on the whole text. */
const use =
  (pattern: RegExp) =>
  (text: string): unknown => {
    if (pattern.global) return text.replace(pattern, "");
    pattern.lastIndex = 0;
    return pattern.exec(text);
  };

const leastTime = (work: (text: string) => unknown, text: string, tries: number): number => {
  let least_ms = Number.POSITIVE_INFINITY;
  for (let turn = 0; turn < tries; turn += 1) {
    const started_ms = performance.now();
    work(text);
    least_ms = Math.min(least_ms, performance.now() - started_ms);
  }
  return least_ms;
};
