import { describe, expect, it } from "vitest";
import { type ObjectNode, parseJsonTree } from "../../../src/proposals/params-file/json-tree.ts";
import { resolveParam } from "../../../src/proposals/params-file/resolve-param.ts";

const rootOf = (text: string): ObjectNode => {
  const tree = parseJsonTree(text);
  if (tree.kind !== "tree" || tree.root.type !== "object") throw new Error("not an object");
  return tree.root;
};

describe("what a name stands for", () => {
  const root = rootOf('{"a": {"b": 1, "c.d": 2}, "a.b": 3, "s": "text"}');
  const a = root.members.get("a") as ObjectNode;

  it("is the literal key first, then a member of the object the name begins with", () => {
    expect(resolveParam(root, "a.b")).toEqual({ kind: "existing", value: root.members.get("a.b") });
    expect(resolveParam(root, "a.c.d")).toEqual({ kind: "existing", value: a.members.get("c.d") });
  });

  it("is a new member where all but its last part led to an object, else a new literal key", () => {
    expect(resolveParam(root, "a.x")).toEqual({ kind: "new", object: a, key: "x" });
    expect(resolveParam(root, "a.x.y")).toEqual({ kind: "new", object: root, key: "a.x.y" });
    expect(resolveParam(root, "s.x")).toEqual({ kind: "new", object: root, key: "s.x" });
  });

  it("takes the longest object first, and goes on to shorter ones", () => {
    const deep = rootOf('{"a": {"b.c": 1, "x": 2}, "a.b": {"c": 3}, "ab": {".d": 4}}');
    const longest = deep.members.get("a.b") as ObjectNode;
    expect(resolveParam(deep, "a.b.c")).toEqual({ kind: "existing", value: longest.members.get("c") });
    const shorter = deep.members.get("a") as ObjectNode;
    expect(resolveParam(deep, "a.x")).toEqual({ kind: "existing", value: shorter.members.get("x") });
    expect(resolveParam(deep, "abc.d")).toEqual({ kind: "new", object: deep, key: "abc.d" });
  });

  it("takes dots only for the ends of parts, wherever they stand", () => {
    expect(resolveParam(root, "ab")).toEqual({ kind: "new", object: root, key: "ab" });
    expect(resolveParam(root, ".x")).toEqual({ kind: "new", object: root, key: ".x" });
    expect(resolveParam(root, "a.")).toEqual({ kind: "new", object: a, key: "" });
  });
});
