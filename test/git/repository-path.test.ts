import { expect, it } from "vitest";
import { isRepositoryPath } from "../../src/git/repository-path.ts";

it.each([
  "a",
  "a/b.json",
  ".relyloop/digest-charts/s.png",
  "a b/ü",
  ".github/x",
  ".gitignore",
  "a..b",
  "...",
])("accepts %j", (path) => {
  expect(isRepositoryPath(path)).toBe(true);
});

it.each([
  "",
  "/a",
  "a/",
  "a//b",
  ".",
  "./a",
  "..",
  "a/../b",
  ".git",
  "a/.GIT/b",
  "GIT~1/x",
  "a\\b",
  "a\0b",
  "a".repeat(4097),
])("refuses %j", (path) => {
  expect(isRepositoryPath(path)).toBe(false);
});
