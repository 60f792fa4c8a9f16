import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  entryKind,
  findEntry,
  parseTree,
  serializeTree,
  type TreeEntry,
  withEntry,
} from "../../src/git/tree.ts";

const entry = (mode: string, name: string | Buffer, digit = "1"): TreeEntry => ({
  mode,
  name: Buffer.from(name as string),
  oid: digit.repeat(40),
});
const names = (entries: TreeEntry[]) => entries.map(({ name }) => name.toString());

describe("parseTree and serializeTree", () => {
  it("give back every tree byte for byte", () => {
    const anyEntry = fc.record({
      mode: fc.constantFrom("100644", "100664", "100755", "40000", "120000", "160000", "040000"),
      name: fc
        .uint8Array({ minLength: 1, maxLength: 20 })
        .filter((bytes) => !bytes.includes(0))
        .map((bytes) => Buffer.from(bytes)),
      oid: fc.uint8Array({ minLength: 20, maxLength: 20 }).map((bytes) => Buffer.from(bytes).toString("hex")),
    });
    fc.assert(
      fc.property(fc.array(anyEntry), (entries) => {
        expect(parseTree(serializeTree(entries))).toEqual(entries);
      }),
    );
  });

  it.each([
    ["no space", Buffer.from("100644")],
    ["no end of the name", Buffer.from("100644 name")],
    ["half an id", Buffer.from("100644 name\0half")],
  ])("refuse bytes with %s", (_, bytes) => {
    expect(() => parseTree(bytes)).toThrow(RangeError);
  });
});

describe("entryKind", () => {
  it.each([
    ["100644", "file"],
    ["100664", "file"],
    ["100755", "file"],
    ["40000", "directory"],
    ["040000", "directory"],
    ["120000", "symlink"],
    ["160000", "submodule"],
  ])("takes %s for a %s", (mode, kind) => {
    expect(entryKind(entry(mode, "x"))).toBe(kind);
  });
});

describe("withEntry", () => {
  const tree = [entry("100644", "a.b"), entry("40000", "a"), entry("100644", "a0")];

  it("puts a file, and a folder of the same start, where git's order wants them", () => {
    expect(names(withEntry(tree, entry("100644", "a-")))).toEqual(["a-", "a.b", "a", "a0"]);
    expect(names(withEntry(tree, entry("100644", "z")))).toEqual(["a.b", "a", "a0", "z"]);
    expect(names(withEntry([entry("100644", "a.b"), entry("100644", "a0")], entry("40000", "a")))).toEqual([
      "a.b",
      "a",
      "a0",
    ]);
  });

  it("replaces an entry in its place, whatever the order of the rest", () => {
    const unordered = [entry("100644", "z"), entry("100644", "m"), entry("100644", "a")];

    const changed = withEntry(unordered, entry("100755", "m", "2"));

    expect(names(changed)).toEqual(["z", "m", "a"]);
    expect(findEntry(changed, "m")).toEqual(entry("100755", "m", "2"));
    expect(findEntry(unordered, "m")).toEqual(entry("100644", "m"));
  });
});
