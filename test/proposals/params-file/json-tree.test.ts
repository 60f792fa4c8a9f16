import { describe, expect, it } from "vitest";
import {
  JSON_TREE_DEPTH_MAX,
  type JsonNode,
  parseJsonTree,
  toCompactText,
  toJson,
} from "../../../src/proposals/params-file/json-tree.ts";

const rootOf = (text: string): JsonNode => {
  const tree = parseJsonTree(text);
  if (tree.kind === "broken") throw new Error(tree.message);
  return tree.root;
};

describe("a JSON text as a tree", () => {
  it("means what JSON.parse says, and is spelled as the file spells it, without spaces and comments", () => {
    const text = '{"a": [1.50, /* two */ "x", null], "__proto__": {"b": true}, "c": 1, "c": [ ]}';
    expect(toJson(rootOf(text))).toEqual(JSON.parse(text.replace("/* two */", "")));
    expect(toCompactText(text, rootOf(text))).toBe('{"a":[1.50,"x",null],"__proto__":{"b":true},"c":[]}');
  });

  it("knows where its values stand, and which member stands last", () => {
    expect(rootOf(' {"a": [1], "b": {}}')).toMatchObject({
      type: "object",
      start: 1,
      end: 20,
      last: { keyStart: 12, value: { type: "object", start: 17, end: 19, last: undefined } },
    });
    expect(rootOf(" [1]")).toMatchObject({ type: "array", start: 1, end: 4, items: [{ start: 2, end: 3 }] });
  });

  it.each<[string, (depth: number) => string]>([
    ["arrays", (depth) => `${"[".repeat(depth)}${"]".repeat(depth)}`],
    ["objects", (depth) => `${'{"a":'.repeat(depth)}1${"}".repeat(depth)}`],
  ])("may be as deep as the limit and no deeper: %s", (_, nested) => {
    expect(parseJsonTree(nested(JSON_TREE_DEPTH_MAX)).kind).toBe("tree");
    expect(parseJsonTree(nested(JSON_TREE_DEPTH_MAX + 1))).toMatchObject({
      kind: "broken",
      message: `nested deeper than ${JSON_TREE_DEPTH_MAX} levels`,
      line: 1,
    });
  });

  it.each([
    ["", "value expected", 1, 1],
    ["// nothing\n", "value expected", 2, 1],
    ['{\n  "a" 1}', "colon expected", 2, 7],
    ["[1,]", "value expected", 1, 4],
  ])("%j is broken, in words and with the place", (text, message, line, column) => {
    expect(parseJsonTree(text)).toEqual({ kind: "broken", message, line, column });
  });
});
