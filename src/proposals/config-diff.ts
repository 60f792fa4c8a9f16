import { z } from "zod";
import {
  type DeclaredParams,
  declarationOf,
  type ParamDeclaration,
  paramNameSchema,
  storableJson,
} from "./declared-params.ts";
import type { Json } from "./json-value.ts";

export { type DeclaredParams, declaredParamsSchema } from "./declared-params.ts";

export const CONFIG_DIFF_PARAMS_MAX = 200;

/** `to` is the value the proposal wants; `from` is the one its author saw, if they said so. */
export interface ParamDiff {
  from?: Json;
  to: Json;
}

/** What a proposal changes, by parameter, in the author's order. */
export type ConfigDiff = Record<string, ParamDiff>;

/** Zod's own z.json() is recursive, which OpenAPI documents can't name well; storableJson has checked the value. */
const anyJson = z.unknown().describe("Any JSON value.") as unknown as z.ZodType<Json>;

export const configDiffSchema = storableJson(
  z
    .record(paramNameSchema, z.strictObject({ from: anyJson.optional(), to: anyJson }))
    .refine((diff) => Object.keys(diff).length > 0, { message: "changes no parameter" })
    .refine((diff) => Object.keys(diff).length <= CONFIG_DIFF_PARAMS_MAX, {
      message: `changes more than ${CONFIG_DIFF_PARAMS_MAX} parameters`,
    }),
);

export interface OutOfRange {
  param: string;
  value: number;
  /** null: no bound on that side. */
  low: number | null;
  high: number | null;
}

export type ConfigDiffCheck =
  | { kind: "valid"; outOfRange: OutOfRange[] }
  | { kind: "param_not_in_template"; params: string[] }
  | { kind: "param_value_invalid"; param: string; message: string };

/**
 * Holds a diff against what its template declares (design, section 8). A value of the wrong type or outside the
 * choices is refused; one out of range is only pointed out, because ranges say where a study searched, not what is
 * safe. Names all undeclared parameters, but only the first invalid value, in the order of the diff.
 */
export function validateConfigDiff(diff: ConfigDiff, declared: DeclaredParams): ConfigDiffCheck {
  const undeclared = Object.keys(diff).filter((param) => declarationOf(declared, param) === undefined);
  if (undeclared.length > 0) return { kind: "param_not_in_template", params: undeclared };

  const outOfRange: OutOfRange[] = [];
  for (const [param, { to }] of Object.entries(diff)) {
    const declaration = declarationOf(declared, param);
    if (declaration === undefined) continue;
    const expected = describeMismatch(to, declaration);
    if (expected !== undefined) {
      return { kind: "param_value_invalid", param, message: `${param} must be ${expected}, not ${show(to)}` };
    }
    const { low, high } = declaration;
    if (typeof to === "number" && ((low !== null && to < low) || (high !== null && to > high))) {
      outOfRange.push({ param, value: to, low, high });
    }
  }
  return { kind: "valid", outOfRange };
}

/** What the value should have been, or undefined when it is that. */
function describeMismatch(value: Json, declaration: ParamDeclaration): string | undefined {
  switch (declaration.type) {
    case "float":
      return typeof value === "number" ? undefined : "a number";
    case "int":
      return Number.isInteger(value) ? undefined : "a whole number";
    case "bool":
      return typeof value === "boolean" ? undefined : "true or false";
    case "string":
      return typeof value === "string" ? undefined : "text";
    case "categorical":
      return declaration.choices.some((choice) => choice === value)
        ? undefined
        : `one of ${show([...declaration.choices])}`;
    default: {
      const impossible: never = declaration.type;
      throw new TypeError(`unknown parameter type ${impossible}`);
    }
  }
}

const SHOWN_CHARS_MAX = 200;

function show(value: Json): string {
  const text = JSON.stringify(value);
  return text.length > SHOWN_CHARS_MAX ? `${text.slice(0, SHOWN_CHARS_MAX).toWellFormed()}…` : text;
}
