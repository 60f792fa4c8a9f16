import type { JsonNode, ObjectNode } from "./json-tree.ts";

export type ParamTarget =
  | { kind: "existing"; value: JsonNode }
  /** `key` is to become a new member of `object`. */
  | { kind: "new"; object: ObjectNode; key: string };

/**
 * What a parameter's name means in a file (design, section 8). `a.b` is the literal key `a.b` if the file has it,
 * else the member `b` of object `a` if that object exists, else a new literal key.
 *
 * Longer names go the same way: an object's literal key comes first; else the longest head that names an object
 * in it is entered, and the rest of the name is looked up there. A value that is not found becomes a new member only
 * where all of the name but its last part led to an object; else the whole name becomes a literal key at the top.
 */
export function resolveParam(root: ObjectNode, param: string): ParamTarget {
  let object = root;
  let rest = param;
  // Each round takes at least one dot off the name.
  for (;;) {
    const literal = object.members.get(rest);
    if (literal !== undefined) return { kind: "existing", value: literal };
    const inner = longestObjectHead(object, rest);
    if (inner === undefined) break;
    object = inner.object;
    rest = inner.rest;
  }
  return rest.includes(".") ? { kind: "new", object: root, key: param } : { kind: "new", object, key: rest };
}

function longestObjectHead(
  object: ObjectNode,
  name: string,
): { object: ObjectNode; rest: string } | undefined {
  for (const { index: dot } of [...name.matchAll(/\./g)].reverse()) {
    const head = object.members.get(name.slice(0, dot));
    if (head?.type === "object") return { object: head, rest: name.slice(dot + 1) };
  }
  return undefined;
}
