import { type ParseErrorCode, printParseErrorCode, visit } from "jsonc-parser";
import type { Json, JsonScalar } from "../json-value.ts";

/**
 * A JSON text as a tree of values that know where they stand in it. Comments are allowed, trailing commas are
 * not. jsonc-parser does the reading; its own tree is not used because it recurses without a limit and goes on
 * after errors.
 */

/** Deeper files are refused: every walk over the tree is recursive. */
export const JSON_TREE_DEPTH_MAX = 100;

/** Offsets are UTF-16 indices into the text; `end` is exclusive. */
interface Span {
  start: number;
  end: number;
}

export interface ScalarNode extends Span {
  type: "scalar";
  value: JsonScalar;
}

export interface ArrayNode extends Span {
  type: "array";
  items: JsonNode[];
}

export interface ObjectNode extends Span {
  type: "object";
  /** With duplicate keys the last one counts, as with JSON.parse. */
  members: Map<string, JsonNode>;
  /** The member that stands last in the text: where its key starts, and its value. */
  last: { keyStart: number; value: JsonNode } | undefined;
}

export type JsonNode = ScalarNode | ArrayNode | ObjectNode;

export type JsonTree =
  | { kind: "tree"; root: JsonNode }
  /** `line` and `column` count from 1. */
  | { kind: "broken"; message: string; line: number; column: number };

/** Ends the visit at the first error; the parser itself would go on and collect one per character. */
class BrokenJson extends Error {
  readonly line: number;
  readonly column: number;

  constructor(message: string, line: number, column: number) {
    super(message);
    this.name = "BrokenJson";
    this.line = line;
    this.column = column;
  }
}

/** Reads one JSON value. @param text without a byte order mark. */
export function parseJsonTree(text: string): JsonTree {
  try {
    return { kind: "tree", root: buildTree(text) };
  } catch (error) {
    if (!(error instanceof BrokenJson)) throw error;
    return { kind: "broken", message: error.message, line: error.line, column: error.column };
  }
}

function buildTree(text: string): JsonNode {
  const open: { node: ArrayNode | ObjectNode; key: string; keyStart: number }[] = [];
  let root: JsonNode | undefined;

  const place = (node: JsonNode): void => {
    const parent = open.at(-1);
    if (parent === undefined) root = node;
    else if (parent.node.type === "array") parent.node.items.push(node);
    else {
      parent.node.members.set(parent.key, node);
      parent.node.last = { keyStart: parent.keyStart, value: node };
    }
  };
  const begin = (node: ArrayNode | ObjectNode, line: number, column: number): void => {
    if (open.length >= JSON_TREE_DEPTH_MAX) {
      throw new BrokenJson(`nested deeper than ${JSON_TREE_DEPTH_MAX} levels`, line + 1, column + 1);
    }
    place(node);
    open.push({ node, key: "", keyStart: 0 });
  };
  const end = (offset: number, length: number): void => {
    const closed = open.pop();
    if (closed !== undefined) closed.node.end = offset + length;
  };

  visit(text, {
    onObjectBegin: (start, _length, line, column) =>
      begin({ type: "object", start, end: start, members: new Map(), last: undefined }, line, column),
    onArrayBegin: (start, _length, line, column) =>
      begin({ type: "array", start, end: start, items: [] }, line, column),
    onObjectEnd: end,
    onArrayEnd: end,
    onObjectProperty: (key, keyStart) => {
      const parent = open.at(-1);
      if (parent !== undefined) Object.assign(parent, { key, keyStart });
    },
    onLiteralValue: (value: JsonScalar, start, length) =>
      place({ type: "scalar", start, end: start + length, value }),
    onError: (code, _offset, _length, line, column) => {
      throw new BrokenJson(describeError(code), line + 1, column + 1);
    },
  });
  if (root === undefined) throw new BrokenJson("value expected", 1, 1);
  return root;
}

/** jsonc-parser names its errors like `CloseBraceExpected`; people read "close brace expected". */
function describeError(code: ParseErrorCode): string {
  const words = printParseErrorCode(code).replace(/([A-Z])/g, " $1");
  return words.trim().toLowerCase();
}

/** The value as JSON.parse would give it; numbers become doubles. */
export function toJson(node: JsonNode): Json {
  switch (node.type) {
    case "scalar":
      return node.value;
    case "array":
      return node.items.map(toJson);
    case "object":
      // fromEntries defines own properties, so that a key named `__proto__` is a key like any other.
      return Object.fromEntries([...node.members].map(([key, value]) => [key, toJson(value)]));
    default: {
      const impossible: never = node;
      throw new TypeError(`unknown node ${impossible}`);
    }
  }
}

/** The value on one line without comments, its scalars spelled as the file spells them. */
export function toCompactText(text: string, node: JsonNode): string {
  switch (node.type) {
    case "scalar":
      return text.slice(node.start, node.end);
    case "array":
      return `[${node.items.map((item) => toCompactText(text, item)).join(",")}]`;
    case "object": {
      const members = [...node.members].map(
        ([key, value]) => `${JSON.stringify(key)}:${toCompactText(text, value)}`,
      );
      return `{${members.join(",")}}`;
    }
    default: {
      const impossible: never = node;
      throw new TypeError(`unknown node ${impossible}`);
    }
  }
}
