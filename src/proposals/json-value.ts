/** What JSON can say, and what of it the database can keep. */

/** Values nested deeper than this are refused, so that no recursive function runs out of stack. */
export const JSON_VALUE_DEPTH_MAX = 16;

export type JsonScalar = string | number | boolean | null;
export type Json = JsonScalar | Json[] | { [key: string]: Json };

export interface JsonProblem {
  /** Keys and indices from the outermost value to the problem. */
  path: (string | number)[];
  message: string;
}

/**
 * Finds the first thing in a request's value that would be lost or refused on its way through the database:
 * PostgreSQL's jsonb takes neither U+0000 nor lone surrogates, and Zod's records drop a key named `__proto__`
 * without a word. Iterative, because the value may be nested arbitrarily deep.
 */
export function findJsonProblem(value: unknown): JsonProblem | undefined {
  const open: { value: unknown; path: (string | number)[] }[] = [{ value, path: [] }];
  for (let current = open.pop(); current !== undefined; current = open.pop()) {
    const { value: inner, path } = current;
    if (path.length > JSON_VALUE_DEPTH_MAX) {
      return { path: path.slice(0, 2), message: `nested deeper than ${JSON_VALUE_DEPTH_MAX} levels` };
    }
    if (typeof inner === "string" && !isStorableText(inner)) {
      return { path, message: "text holds U+0000 or half a surrogate pair" };
    }
    if (typeof inner === "number" && !Number.isFinite(inner)) {
      return { path, message: "number is too large" };
    }
    if (typeof inner !== "object" || inner === null) continue;
    for (const [key, member] of Object.entries(inner)) {
      if (!isStorableText(key)) return { path, message: "a key holds U+0000 or half a surrogate pair" };
      if (key === "__proto__") return { path, message: "a key must not be __proto__" };
      open.push({ value: member, path: [...path, Array.isArray(inner) ? Number(key) : key] });
    }
  }
  return undefined;
}

/** Whether PostgreSQL can keep the text: it takes neither U+0000 nor half of a surrogate pair. */
export function isStorableText(text: string): boolean {
  return text.isWellFormed() && !text.includes("\0");
}
