import { z } from "zod";
import { findJsonProblem, type JsonScalar } from "./json-value.ts";

/** The parameters a query template declares: which may be changed, and to what (design, section 8). */

export const DECLARED_PARAMS_MAX = 1_000;
export const PARAM_NAME_CHARS_MAX = 200;
export const CHOICES_MAX = 1_000;

/** The type names a template may use, and what each means. The design's names come first, usual synonyms after. */
const TYPE_NAMES = {
  float: "float",
  int: "int",
  bool: "bool",
  string: "string",
  categorical: "categorical",
  number: "float",
  double: "float",
  integer: "int",
  boolean: "bool",
  str: "string",
} as const;

export type ParamTypeName = keyof typeof TYPE_NAMES;
export type ParamType = (typeof TYPE_NAMES)[ParamTypeName];

const typeNames = Object.keys(TYPE_NAMES) as [ParamTypeName, ...ParamTypeName[]];
const choice = z.union([z.string(), z.number(), z.boolean(), z.null()]);

const typeOnly = z
  .enum(typeNames)
  .exclude(["categorical"])
  .describe("The type alone. A categorical parameter needs its choices.");

const typeWithBounds = z
  .strictObject({
    type: z.enum(typeNames),
    low: z.number().optional().describe("Smallest usual value; smaller ones are pointed out, not refused."),
    high: z.number().optional().describe("Largest usual value; larger ones are pointed out, not refused."),
    choices: z.array(choice).min(1).max(CHOICES_MAX).optional(),
  })
  .superRefine((declared, context) => {
    const type = TYPE_NAMES[declared.type];
    const isNumeric = type === "float" || type === "int";
    if (!isNumeric && (declared.low !== undefined || declared.high !== undefined)) {
      context.addIssue({ code: "custom", message: `low and high have no meaning for ${declared.type}` });
    }
    if (declared.low !== undefined && declared.high !== undefined && declared.low > declared.high) {
      context.addIssue({ code: "custom", path: ["low"], message: "low is greater than high" });
    }
    if (type === "categorical" && declared.choices === undefined) {
      context.addIssue({ code: "custom", path: ["choices"], message: "categorical needs its choices" });
    }
    if (type !== "categorical" && declared.choices !== undefined) {
      context.addIssue({
        code: "custom",
        path: ["choices"],
        message: `choices have no meaning for ${declared.type}`,
      });
    }
  });

export const paramNameSchema = z.string().min(1).max(PARAM_NAME_CHARS_MAX);

/** Refuses what {@link findJsonProblem} finds before Zod walks, and silently changes, the value. */
export function storableJson<T extends z.ZodType>(schema: T) {
  return z.preprocess((value, context) => {
    const problem = findJsonProblem(value);
    if (problem !== undefined) context.addIssue({ code: "custom", ...problem });
    return value;
  }, schema);
}

/** `{"boost": "float"}` or `{"boost": {"type": "float", "low": 0.5, "high": 10}}` or `{"type": "categorical", "choices": […]}`. */
export const declaredParamsSchema = storableJson(
  z
    .record(paramNameSchema, z.union([typeOnly, typeWithBounds]))
    .refine((declared) => Object.keys(declared).length <= DECLARED_PARAMS_MAX, {
      message: `more than ${DECLARED_PARAMS_MAX} parameters`,
    }),
);

export type DeclaredParams = z.output<typeof declaredParamsSchema>;

/** One declaration in its long form, with the type's own name. */
export interface ParamDeclaration {
  type: ParamType;
  low: number | null;
  high: number | null;
  choices: readonly JsonScalar[];
}

/** The declaration of `param`, or undefined when the template does not declare it. */
export function declarationOf(declared: DeclaredParams, param: string): ParamDeclaration | undefined {
  // hasOwn, because a parameter may be named like something every object inherits, such as `constructor`.
  const found = Object.hasOwn(declared, param) ? declared[param] : undefined;
  if (found === undefined) return undefined;
  const long = typeof found === "string" ? { type: found } : found;
  return {
    type: TYPE_NAMES[long.type],
    low: long.low ?? null,
    high: long.high ?? null,
    choices: long.choices ?? [],
  };
}
