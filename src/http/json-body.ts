import { AppError, type FieldError } from "../errors.ts";
import { keepsDecimalValue } from "../proposals/decimal.ts";
import { isStorableText } from "../proposals/json-value.ts";
import { scanJson } from "./scan-json.ts";

/** No body of this API comes near it; recursive code, here and in libraries, never sees more. */
const NESTING_DEPTH_MAX = 32;
/** 5,000 trials with 50 values each, and as much again. */
const VALUES_MAX = 500_000;
const PROBLEMS_SHOWN_MAX = 20;

/** Where text PostgreSQL can't store, or a key named `__proto__`, may be: valid UTF-8 needs an escape for the former. */
const WORTH_A_LOOK = /\\u|__proto__/;

const INEXACT = "number does not keep its decimal value as a double";
const UNSTORABLE = "holds U+0000 or half a surrogate pair";

const unreadable = (message: string): AppError => new AppError("BAD_REQUEST", message);

/**
 * Reads a JSON body. Values that would change on their way to the database are refused here, where their spelling
 * is still known: numbers whose decimal value a double can't hold, text PostgreSQL can't store.
 * @returns undefined for an empty body
 * @throws AppError BAD_REQUEST, VALIDATION_ERROR
 */
export const parseJsonBody = (body: Buffer): unknown => {
  const text = decode(body);
  if (text.trim() === "") return undefined;
  const { depth, values, hasInexactNumber } = scanJson(text);
  if (depth > NESTING_DEPTH_MAX) {
    throw unreadable(`The body is nested deeper than ${NESTING_DEPTH_MAX} levels.`);
  }
  if (values > VALUES_MAX) throw unreadable(`The body holds more than ${VALUES_MAX} values.`);
  if (!hasInexactNumber && !WORTH_A_LOOK.test(text)) return parse(text);

  const inexact: InexactNumbers = new Map();
  const value = parse(text, collectInto(inexact));
  const problems = findProblems(value, inexact);
  if (problems.length > 0) {
    throw new AppError("VALIDATION_ERROR", "The body holds values that can't be kept; see the fields.", {
      fields: problems,
    });
  }
  return value;
};

const decode = (body: Buffer): string => {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(body);
  } catch {
    throw unreadable("The body is not UTF-8.");
  }
};

type Reviver = (this: unknown, key: string, value: unknown, context?: { source?: string }) => unknown;

const parse = (text: string, reviver?: Reviver): unknown => {
  try {
    return JSON.parse(text, reviver);
  } catch {
    throw unreadable("The body is not JSON.");
  }
};

/** The keys of inexact numbers, by the object or array they stand in. */
type InexactNumbers = Map<unknown, Set<string>>;

/** Revivers are given a number's spelling: https://github.com/tc39/proposal-json-parse-with-source */
const collectInto = (inexact: InexactNumbers): Reviver =>
  function (key, value, context) {
    if (typeof value === "number" && context?.source !== undefined && !keepsDecimalValue(context.source)) {
      inexact.set(this, (inexact.get(this) ?? new Set()).add(key));
    }
    return value;
  };

/** Walks the parsed value, which is at most {@link NESTING_DEPTH_MAX} deep, and names what can't be kept. */
const findProblems = (root: unknown, inexact: InexactNumbers): FieldError[] => {
  const problems: FieldError[] = [];
  const visit = (value: unknown, path: string): void => {
    if (typeof value === "string" && !isStorableText(value)) {
      problems.push({ path, message: `text ${UNSTORABLE}` });
    }
    if (typeof value !== "object" || value === null) return;
    const inexactKeys = inexact.get(value);
    for (const [key, member] of Object.entries(value)) {
      if (key === "__proto__") throw unreadable("The body holds a key named __proto__.");
      if (problems.length >= PROBLEMS_SHOWN_MAX) continue;
      if (!isStorableText(key)) {
        problems.push({ path, message: `a key ${UNSTORABLE}` });
        continue;
      }
      const memberPath = path === "" ? key : `${path}.${key}`;
      if (inexactKeys?.has(key)) problems.push({ path: memberPath, message: INEXACT });
      visit(member, memberPath);
    }
  };
  // A reviver sees the root as a member of an object of its own.
  if (typeof root === "number" && inexact.size > 0) problems.push({ path: "", message: INEXACT });
  visit(root, "");
  return problems;
};
