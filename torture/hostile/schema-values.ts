import fc from "fast-check";
import type { ApiDescription, Schema } from "./api-description.ts";
import { storableLine } from "./hostile-text.ts";

/** Values that lead somewhere, by the name of what they are given for, such as `cluster_id`. */
export type Known = Record<string, readonly unknown[]>;

type Values = fc.Arbitrary<unknown>;

const ITEMS_MAX = 3;
const NESTING_MAX = 3;
/** A longer text is tried by itself, not in the middle of everything else. */
const TEXT_LENGTH_MAX = 5_000;

/** Values a schema allows, at its bounds more often than in between; where it only says "a text", hostile ones. */
export const valuesOf = (
  schema: Schema,
  { schemas, known }: Pick<ApiDescription, "schemas"> & { known: Known },
): Values => {
  const resolve = ({ $ref, ...own }: Schema): Schema =>
    $ref === undefined ? own : resolve(schemas[$ref.split("/").at(-1) ?? ""] ?? {});

  const of = (given: Schema, name: string): Values => {
    const plain = ofType(resolve(given), name);
    const leading = known[name];
    if (leading === undefined) return plain;
    return fc.oneof({ weight: 7, arbitrary: fc.constantFrom(...leading) }, { weight: 1, arbitrary: plain });
  };
  const ofType = (given: Schema, name: string): Values => {
    if (given.enum !== undefined) return fc.constantFrom(...given.enum);
    if (given.const !== undefined) return fc.constant(given.const);
    if (given.anyOf !== undefined) return fc.oneof(...given.anyOf.map((one) => of(one, name)));
    const types = [given.type ?? "any"].flat();
    return fc.oneof(...types.map((type) => ofOneType(type, given, name)));
  };
  const ofOneType = (type: string, given: Schema, name: string): Values => {
    switch (type) {
      case "null":
        return fc.constant(null);
      case "boolean":
        return fc.boolean();
      case "integer":
      case "number":
        return numbers(given, type === "integer");
      case "string":
        return texts(given);
      case "array":
        return fc.array(of(given.items ?? {}, name), {
          minLength: given.minItems ?? 0,
          maxLength: Math.max(ITEMS_MAX, given.minItems ?? 0),
        });
      case "object":
        return objects(given);
      default:
        return fc.jsonValue({ maxDepth: NESTING_MAX });
    }
  };
  const objects = ({
    properties = {},
    required = [],
    additionalProperties,
    propertyNames,
  }: Schema): Values => {
    const named = fc.record(
      Object.fromEntries(Object.entries(properties).map(([name, one]) => [name, of(one, name)])),
      { requiredKeys: required },
    );
    if (!additionalProperties) return named;
    const names = texts({ minLength: 1, ...propertyNames }).filter((key) => key !== "__proto__");
    const others = fc.dictionary(names as fc.Arbitrary<string>, of(additionalProperties, ""), {
      minKeys: 1,
      maxKeys: ITEMS_MAX,
    });
    return fc.tuple(named, others).map(([own, more]) => ({ ...own, ...more }));
  };
  return of(schema, "");
};

const numbers = ({ minimum, maximum }: Schema, whole: boolean): Values => {
  const bounds = [minimum, maximum].filter((bound) => bound !== undefined);
  const ordinary = whole
    ? fc.integer({ min: minimum ?? -1_000, max: Math.min(maximum ?? 1_000, 2 ** 31 - 1) })
    : fc.double({ noNaN: true, noDefaultInfinity: true });
  return fc.oneof(ordinary, ...(bounds.length === 0 ? [] : [fc.constantFrom(...bounds)]));
};

const texts = ({ format, pattern, minLength = 0, maxLength = TEXT_LENGTH_MAX }: Schema): Values => {
  if (format === "uuid") return fc.uuid();
  if (format === "date-time") return moments;
  const long = Math.min(maxLength, TEXT_LENGTH_MAX);
  const fitting = (text: string) => text.slice(0, long).toWellFormed().padEnd(minLength, "x");
  const allowed = pattern === undefined ? /(?:)/ : new RegExp(pattern, "u");
  const hostile = storableLine.map(fitting).map((text) => (allowed.test(text) ? text : "plain_name"));
  // Of their own, so that names that have to be unique are.
  const plain = fc.stringMatching(/^[a-z]{6,12}$/).map(fitting);
  return fc.oneof(hostile, hostile, plain, fc.constantFrom("x".repeat(minLength), "x".repeat(long)));
};

const moments = fc
  .date({ min: new Date("1970-01-01T00:00:00Z"), max: new Date("9999-01-01T00:00:00Z"), noInvalidDate: true })
  .map((date) => date.toISOString());
