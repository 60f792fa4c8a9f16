import { sameDecimal } from "../decimal.ts";
import type { Json } from "../json-value.ts";
import type { JsonNode } from "./json-tree.ts";

/**
 * Whether a value in the file means the given one: numbers by decimal value (`1.0` is 1, a 17-digit integer is
 * only itself), objects whatever the order of their keys.
 */
export function sameValue(text: string, node: JsonNode, value: Json): boolean {
  switch (node.type) {
    case "scalar":
      return typeof node.value === "number" && typeof value === "number"
        ? sameDecimal(text.slice(node.start, node.end), value)
        : node.value === value;
    case "array":
      return (
        Array.isArray(value) &&
        value.length === node.items.length &&
        node.items.every((item, index) => sameValue(text, item, value[index] as Json))
      );
    case "object":
      return (
        typeof value === "object" &&
        value !== null &&
        !Array.isArray(value) &&
        Object.keys(value).length === node.members.size &&
        [...node.members].every(
          ([key, member]) => Object.hasOwn(value, key) && sameValue(text, member, value[key] as Json),
        )
      );
    default: {
      const impossible: never = node;
      throw new TypeError(`unknown node ${impossible}`);
    }
  }
}
