import fc from "fast-check";
import { rawValues } from "./raw-values.ts";

/** A body as it is sent; made when it is sent, because some are large. */
export interface SpoiledBody {
  /** What was done to it, for whoever has to see it again. */
  words: string;
  bytes(): Buffer;
}

const MIB = 1024 * 1024;
/** Marks the place of a value while JSON is written around it. No text that is made here holds it. */
const HOLE = "\uE000hole\uE000";
const NESTING = 10_000;

/** A body of the given values, as it is or spoiled in one place or as a whole. */
export const bodies = (values: fc.Arbitrary<unknown>): fc.Arbitrary<SpoiledBody> =>
  fc.oneof(
    { weight: 6, arbitrary: values.map((value) => asText("as it should be", JSON.stringify(value))) },
    { weight: 6, arbitrary: fc.tuple(values, fc.nat(), rawValues).map(replaceOne) },
    { weight: 2, arbitrary: fc.tuple(values, fc.nat()).map(dropOne) },
    { weight: 3, arbitrary: fc.tuple(values, rawMembers).map(addMember) },
    {
      weight: 3,
      arbitrary: fc.tuple(values, spoilings).map(([value, spoil]) => spoil(JSON.stringify(value))),
    },
    { weight: 1, arbitrary: rawValues.map((text) => asText("another value", text)) },
  );

const asText = (words: string, text: string): SpoiledBody => ({
  words: `${words}: ${text.length > 400 ? `${text.slice(0, 400)}… (${text.length} characters)` : text}`,
  bytes: () => Buffer.from(text),
});

type Path = readonly (string | number)[];

/** Every place in a value, the whole first. */
const placesIn = (value: unknown, path: Path = []): Path[] =>
  typeof value === "object" && value !== null
    ? [path, ...Object.entries(value).flatMap(([key, inner]) => placesIn(inner, [...path, key]))]
    : [path];

const replaceOne = ([value, which, raw]: [unknown, number, string]): SpoiledBody => {
  const places = placesIn(value);
  const place = places[which % places.length] ?? [];
  const holed = JSON.stringify(withValueAt(value, place, HOLE));
  return asText(
    `another value at ${place.join(".") || "the top"}`,
    holed.replace(`"${HOLE}"`, () => raw),
  );
};

const dropOne = ([value, which]: [unknown, number]): SpoiledBody => {
  const places = placesIn(value).slice(1);
  const place = places[which % Math.max(places.length, 1)] ?? [];
  return asText(`without ${place.join(".")}`, JSON.stringify(withValueAt(value, place, undefined)) ?? "");
};

const withValueAt = (value: unknown, [key, ...rest]: Path, put: unknown): unknown => {
  if (key === undefined) return put;
  if (Array.isArray(value))
    return value.map((item, index) => (String(index) === key ? withValueAt(item, rest, put) : item));
  const members = value as Record<string, unknown>;
  return { ...members, [key]: withValueAt(members[key], rest, put) };
};

/** Members of an object, spelled out: keys that mean something to JavaScript, and keys that stand there already. */
const rawMembers = fc.tuple(
  fc.constantFrom(
    "",
    ..."__proto__ constructor prototype hasOwnProperty toString \\u0000 id status".split(" "),
  ),
  rawValues,
  fc.boolean(),
);

const addMember = ([value, [key, raw, twice]]: [unknown, [string, string, boolean]]): SpoiledBody => {
  const text = JSON.stringify(value) ?? "";
  const name = twice ? (Object.keys(value as object)[0] ?? key) : key;
  return asText(
    `with one more member ${name}`,
    text.replace(/^\{(?=")/, () => `{"${name}":${raw},`),
  );
};

type Spoil = (text: string) => SpoiledBody;

const spoilings = fc.constantFrom<Spoil>(
  (text) => asText("behind a byte order mark", `\uFEFF${text}`),
  (text) => asText("cut short", text.slice(0, -1)),
  (text) => asText("twice", text + text),
  (text) => asText("with a comment", `/* a */${text}`),
  (text) => asText("with a comma too many", text.replace(/\}$/, ",}")),
  (text) => asText("in a list", `[${text}]`),
  (text) => asText("nested deep in lists", "[".repeat(NESTING) + text + "]".repeat(NESTING)),
  (text) => asText("nested deep in objects", `${'{"a":'.repeat(NESTING)}${text}${"}".repeat(NESTING)}`),
  (text) => asText("never closed", "[".repeat(NESTING) + text),
  () => asText("nothing", ""),
  () => asText("blanks", " \t\r\n"),
  (text) => inBytes("in UTF-16", text, () => Buffer.from(text, "utf16le")),
  (text) => inBytes("with a byte that is not UTF-8", text, () => insert(text, [0xff])),
  (text) => inBytes("with an overlong slash", text, () => insert(text, [0xc0, 0xaf])),
  (text) => inBytes("with half a surrogate pair in bytes", text, () => insert(text, [0xed, 0xa0, 0x80])),
  (text) => inBytes("with a NUL", text, () => insert(text, [0])),
  (text) => inBytes("behind 1 MiB of blanks", text, () => Buffer.from(" ".repeat(MIB) + text)),
  (text) =>
    inBytes("of 10 MiB", text, () => Buffer.from(`${text.slice(0, -1)},"x":"${"x".repeat(10 * MIB)}"}`)),
  () => inBytes("half a million values", "[0,0,…]", () => Buffer.from(`[${"0,".repeat(500_000)}0]`)),
);

const inBytes = (words: string, text: string, bytes: () => Buffer): SpoiledBody => ({
  words: `${words}: ${text.slice(0, 400)}`,
  bytes,
});

/** Bytes inside the first text of a body. */
const insert = (text: string, bytes: readonly number[]): Buffer => {
  const at = text.indexOf('"') + 2;
  return Buffer.concat([Buffer.from(text.slice(0, at)), Buffer.from(bytes), Buffer.from(text.slice(at))]);
};
