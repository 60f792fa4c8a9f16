import { expect, test } from "vitest";
import { objectId } from "../../../src/git/pack/git-object.ts";

test("an object has the id git gives it", () => {
  // `git hash-object` says so, and the first two are known to everybody who has looked into a repository.
  expect(objectId({ type: "blob", data: Buffer.alloc(0) })).toBe("e69de29bb2d1d6434b8b29ae775ad8c2e48c5391");
  expect(objectId({ type: "tree", data: Buffer.alloc(0) })).toBe("4b825dc642cb6eb9a060e54bf8d69288fbee4904");
  expect(objectId({ type: "blob", data: Buffer.from("é\n") })).toBe(
    "c6003325155f475bd7c87731607525dce73be9cf",
  );
});
