import fc from "fast-check";
import { stripComments } from "jsonc-parser";
import { describe, expect, test } from "vitest";
import type { ConfigDiff } from "../../src/proposals/config-diff.ts";
import type { Json } from "../../src/proposals/json-value.ts";
import { applyConfigDiff } from "../../src/proposals/params-file.ts";

type JsonObject = { [key: string]: Json };

const RUNS = { numRuns: 500 };

/** Few names, so that diffs hit them, nested and literal ones alike. */
const name = fc.constantFrom("a", "b", "c", "a.b", "b.c", "a.b.c", "constructor");
const scalar: fc.Arbitrary<Json> = fc.oneof(
  fc.integer(),
  fc.double({ noDefaultInfinity: true, noNaN: true }),
  fc.string({ unit: "binary", maxLength: 5 }),
  fc.boolean(),
  fc.constant(null),
);
const { object } = fc.letrec<{ value: Json; object: JsonObject }>((tie) => ({
  value: fc.oneof({ depthSize: "small" }, scalar, tie("object"), fc.array(tie("value"), { maxLength: 3 })),
  object: fc.dictionary(name, tie("value"), { maxKeys: 5, noNullPrototype: true }),
}));
const diff: fc.Arbitrary<ConfigDiff> = fc.dictionary(name, fc.record({ to: scalar }), {
  minKeys: 1,
  maxKeys: 4,
  noNullPrototype: true,
});
const gaps = fc.array(fc.constantFrom("", "", " ", "\n", "\r\n", "\n  ", "\t", " /* c */ ", "// }\n", "\r"), {
  minLength: 1,
  maxLength: 30,
});

/** Prints a value with the gaps, over and over, between its tokens. */
function print(value: Json, gapsUsed: string[]): string {
  let next = 0;
  const gap = (): string => gapsUsed[next++ % gapsUsed.length] ?? "";
  const write = (inner: Json): string => {
    if (Array.isArray(inner))
      return `[${inner.map((item) => gap() + write(item) + gap()).join(",")}${gap()}]`;
    if (typeof inner !== "object" || inner === null) return JSON.stringify(inner);
    const members = Object.entries(inner).map(
      ([key, member]) => `${gap()}${JSON.stringify(key)}${gap()}:${gap()}${write(member)}${gap()}`,
    );
    return `{${members.join(",")}${gap()}}`;
  };
  return gap() + write(value) + gap();
}

const file = fc
  .record({ value: object, gaps, bom: fc.constantFrom("", "\uFEFF") })
  .map(({ value, gaps: used, bom }) => ({ value, text: bom + print(value, used) }));

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The object and key a name means: the rule of the design, written on plain values. */
function locate(root: JsonObject, param: string): { object: JsonObject; key: string } {
  let object = root;
  let rest = param;
  while (!Object.hasOwn(object, rest)) {
    const parts = rest.split(".");
    let length = parts.length - 1;
    const head = () => parts.slice(0, length).join(".");
    while (length > 0 && !(Object.hasOwn(object, head()) && isObject(object[head()]))) length -= 1;
    if (length === 0) return parts.length > 1 ? { object: root, key: param } : { object, key: rest };
    object = object[head()] as JsonObject;
    rest = parts.slice(length).join(".");
  }
  return { object, key: rest };
}

/** The value the edited file should have. Names are resolved before anything is changed. */
function expectedValue(value: JsonObject, changes: ConfigDiff): JsonObject {
  const root = structuredClone(value);
  const places = Object.entries(changes).map(([param, { to }]) => ({ ...locate(root, param), to }));
  for (const place of places) place.object[place.key] = structuredClone(place.to);
  return root;
}

const read = (bytes: Uint8Array): Json => JSON.parse(stripComments(new TextDecoder().decode(bytes))) as Json;
const canonical = (value: Json): Json => JSON.parse(JSON.stringify(value)) as Json;

describe("for any file, formatted in any way, and any diff", () => {
  test("the edited file has the wanted values and no others, and a second edit finds nothing to do", () => {
    fc.assert(
      fc.property(file, diff, ({ value, text }, changes) => {
        const outcome = applyConfigDiff(Buffer.from(text), changes);
        fc.pre(outcome.kind !== "conflict");
        const wanted = canonical(expectedValue(value, changes));
        if (outcome.kind === "no_changes") {
          expect(wanted).toEqual(canonical(value));
          return;
        }
        if (outcome.kind !== "edited") throw new Error(JSON.stringify(outcome));
        expect(read(outcome.bytes)).toEqual(wanted);
        expect(applyConfigDiff(outcome.bytes, changes).kind).toBe("no_changes");
      }),
      RUNS,
    );
  });

  test("changing values back restores every byte", () => {
    fc.assert(
      fc.property(file, diff, ({ text }, changes) => {
        const bytes = Buffer.from(text);
        const outcome = applyConfigDiff(bytes, changes);
        fc.pre(outcome.kind === "edited");
        fc.pre(
          outcome.changes.every(
            ({ from }) => from !== undefined && (from === null || typeof from !== "object"),
          ),
        );
        const back = Object.fromEntries(
          outcome.changes.map(({ param, from }) => [param, { to: from ?? null }]),
        );
        const restored = applyConfigDiff(outcome.bytes, back);
        expect(restored).toMatchObject({ kind: "edited" });
        expect("bytes" in restored && Buffer.from(restored.bytes).toString()).toBe(text);
      }),
      RUNS,
    );
  });

  test("no more lines are lost than values change", () => {
    fc.assert(
      fc.property(file, diff, ({ text }, changes) => {
        const outcome = applyConfigDiff(Buffer.from(text), changes);
        fc.pre(outcome.kind === "edited");
        fc.pre(outcome.changes.every(({ from }) => from === null || typeof from !== "object"));
        const after = linesOf(Buffer.from(outcome.bytes).toString());
        const gone = withoutCommonLines(linesOf(text), after);
        expect(gone.length).toBeLessThanOrEqual(outcome.changes.length);
      }),
      RUNS,
    );
  });
});

const linesOf = (text: string): string[] => text.split(/(?<=\r\n|\n|\r(?!\n))/);

/** Lines of `before` that a longest common subsequence with `after` does not keep. */
function withoutCommonLines(before: string[], after: string[]): string[] {
  const lengths = Array.from({ length: before.length + 1 }, () =>
    new Array<number>(after.length + 1).fill(0),
  );
  for (let i = before.length - 1; i >= 0; i -= 1) {
    for (let j = after.length - 1; j >= 0; j -= 1) {
      const row = lengths[i] as number[];
      const below = lengths[i + 1] as number[];
      row[j] = before[i] === after[j] ? 1 + (below[j + 1] ?? 0) : Math.max(below[j] ?? 0, row[j + 1] ?? 0);
    }
  }
  return before.slice(0, before.length - (lengths[0]?.[0] ?? 0));
}

test("a file of 5 MB is edited in one place", () => {
  const entries = Array.from({ length: 150_000 }, (_, index) => `  "field_${index}.boost": ${index}.50`);
  const text = `{\r\n${entries.join(",\r\n")}\r\n}\r\n`;
  expect(text.length).toBeGreaterThan(5_000_000 * 0.9);
  const outcome = applyConfigDiff(Buffer.from(text), { "field_149998.boost": { to: 7 }, fresh: { to: 1 } });
  if (outcome.kind !== "edited") throw new Error(outcome.kind);
  const after = Buffer.from(outcome.bytes).toString();
  const wanted = text
    .replace('"field_149998.boost": 149998.50', '"field_149998.boost": 7')
    .replace("149999.50\r\n", '149999.50,\r\n  "fresh": 1\r\n');
  expect(after === wanted).toBe(true);
});
