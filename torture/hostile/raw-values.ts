import fc from "fast-check";
import { anyText } from "./hostile-text.ts";
import { oneWord } from "./listed.ts";

const NUMBERS = `0 -0 -1 1.5 1e400 -1e400 1e-400 1E+2 2147483647 2147483648 9007199254740991 9007199254740993
  99999999999999999999 0.1000000000000000055511151231257827`;
const STRUCTURES = `null true [] {} "" [null] {"a":{}} {"":1} {"length":-1} {"then":1} {"toString":1} {"__proto__":1}
  {"constructor":{"prototype":{"a":1}}} [[[[[[[[[[[[[[[[[["x"]]]]]]]]]]]]]]]]]]`;
/** Texts JSON allows and PostgreSQL does not, and their neighbours. */
const UNSTORABLE = String.raw`"\u0000" "a\u0000b" "\ud800" "\udc00\ud800" "\u202e" "\u2028" {"\u0000":1} {"a":"\u0000"} {"\ud800":1}`;
const NOT_JSON = String.raw`NaN Infinity 01 +1 .5 1. 0x10 'x' undefined "\x41" "\u00" tru [1,] {"a"} {a:1} "`;
const MOMENTS = `"1970-01-01T00:00:00Z" "1969-12-31T23:59:59Z" "9999-12-31T23:59:60Z" "0001-01-01T00:00:00+23:59"
  "2026-02-30T00:00:00Z" "2026-01-01T00:00:00.123456789Z" "infinity" "-infinity" "now"`;
const IDS = `"00000000-0000-0000-0000-000000000000" "ffffffff-ffff-ffff-ffff-ffffffffffff" "../.git" "1" "null"`;
/** At and beyond the bounds the API has for names, reasons, metrics and narratives. */
const LENGTHS = [199, 200, 201, 255, 256, 500, 501, 2_000, 2_001, 100_000, 100_001];

/** Whatever JSON can spell, and what it can't, as it stands in a body: for the place of any value. */
export const rawValues: fc.Arbitrary<string> = fc.oneof(
  ...[NUMBERS, STRUCTURES, UNSTORABLE, NOT_JSON, MOMENTS, IDS].map(oneWord),
  fc.constantFrom(...LENGTHS).map((length) => JSON.stringify("x".repeat(length))),
  anyText.map((text) => JSON.stringify(text)),
);
