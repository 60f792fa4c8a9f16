import { describe, expect, test } from "vitest";
import { branchName } from "../../src/proposals/branch-name.ts";
import { CONFIG_PATH_CHARS_MAX, chartPath, paramsPath } from "../../src/proposals/config-path.ts";

describe("the path of a params file", () => {
  test.each([
    ["relevance/prod", "relevance/prod/product_search.params.json"],
    ["a", "a/product_search.params.json"],
    ["A-z_0.9/..x/x..y", "A-z_0.9/..x/x..y/product_search.params.json"],
    [".github/.gitx/git", ".github/.gitx/git/product_search.params.json"],
    ["search.git/x.git..", "search.git/x.git../product_search.params.json"],
    ["x".repeat(CONFIG_PATH_CHARS_MAX), `${"x".repeat(CONFIG_PATH_CHARS_MAX)}/product_search.params.json`],
    ["", "product_search.params.json"],
    [null, "product_search.params.json"],
  ])("under %j is %s", (configPath, path) => {
    expect(paramsPath(configPath, "product_search")).toEqual({ kind: "ok", path });
  });

  test.each([
    ["/etc", "relative"],
    ["/", "relative"],
    ["a//b", "empty segment"],
    ["a/", "empty segment"],
    ["..", '".."'],
    ["a/../b", '".."'],
    ["./a", '"."'],
    ["a/.", '"."'],
    [".git", ".git"],
    ["a/.GIT/b", ".git"],
    ["a/.Git", ".git"],
    ["a/.git./b", ".git"],
    ["a\\b", "characters"],
    ["a b", "characters"],
    ["a\n", "characters"],
    ["a\0", "characters"],
    ["prüfung", "characters"],
    ["C:", "characters"],
    [".git~1", "characters"],
    ["x".repeat(CONFIG_PATH_CHARS_MAX + 1), "longer than 500 characters"],
  ])("under %j is refused", (configPath, part) => {
    expect(paramsPath(configPath, "t")).toEqual({
      kind: "invalid",
      message: expect.stringContaining(part) as string,
    });
  });

  test.each(["t", "_t", "9", "Product.Search-v2", "x".repeat(100)])("takes the template name %s", (name) => {
    expect(paramsPath("a", name)).toEqual({ kind: "ok", path: `a/${name}.params.json` });
  });

  test.each(["", ".t", "-t", "a/b", "..", "t\n", "x".repeat(101), "ü"])(
    "refuses the template name %j",
    (name) => {
      expect(paramsPath("a", name)).toEqual({
        kind: "invalid",
        message: "the template's name cannot be a file name",
      });
    },
  );
});

const ID = "0199a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b";

test("a study's chart has a place of its own", () => {
  expect(chartPath(ID)).toBe(`.relyloop/digest-charts/${ID}.png`);
});

test("a study's proposals share a branch name, one by hand has its own", () => {
  expect(branchName({ id: "p", study_id: ID })).toBe(`relyloop/study-${ID}`);
  expect(branchName({ id: ID, study_id: null })).toBe(`relyloop/proposal-${ID}`);
});
