import { describe, expect, it } from "vitest";
import { AppError } from "../../src/errors.ts";
import type { FileAtPath } from "../../src/git/transport.ts";
import type { ConfigDiff } from "../../src/proposals/config-diff.ts";
import { checkDiff, paramsPathOf, planChange } from "../../src/proposals/plan-change.ts";

const PATH = "clusters/products/search.params.json";
const template = { name: "search", version: 3, declared_params: { boost: "float", slop: "int" } as const };

const errorOf = (work: () => unknown): Pick<AppError, "code" | "message"> => {
  try {
    work();
  } catch (error) {
    if (error instanceof AppError) return { code: error.code, message: error.message };
    throw error;
  }
  throw new Error("nothing was refused");
};

const file = (text: string): FileAtPath => ({ kind: "file", bytes: new TextEncoder().encode(text) });

describe("where the params file lies", () => {
  it("is the cluster's config_path, and there the template's name", () => {
    const cluster = { name: "prod-eu", config_path: "clusters/products" };
    expect(paramsPathOf(cluster, template)).toBe(PATH);
    expect(paramsPathOf({ ...cluster, config_path: null }, template)).toBe("search.params.json");
  });

  it("is refused with the cluster to correct where the path leads out of the repository", () => {
    const cluster = { name: "prod-eu", config_path: "../x" };
    expect(errorOf(() => paramsPathOf(cluster, template))).toEqual({
      code: "INVALID_CONFIG_PATH",
      message:
        'Cluster prod-eu: config_path must not hold the segment "..". Correct the cluster\'s config_path.',
    });
  });
});

describe("a diff held against its template", () => {
  it("is allowed what is declared, and what is out of range is pointed out", () => {
    const ranged = { ...template, declared_params: { boost: { type: "float", high: 2 } } as const };
    expect(checkDiff({ boost: { to: 1.5 } }, ranged)).toEqual([]);
    expect(checkDiff({ boost: { to: 3 } }, ranged)).toEqual([
      { param: "boost", value: 3, low: null, high: 2 },
    ]);
  });

  it("is refused with every parameter that is not declared", () => {
    expect(errorOf(() => checkDiff({ tie: { to: 1 }, boost: { to: 2 }, mm: { to: 1 } }, template))).toEqual({
      code: "PARAM_NOT_IN_TEMPLATE",
      message:
        "Template search v3 does not declare tie, mm. Declare it in a new template version, or leave it out of the proposal.",
    });
  });

  it("is refused with what the first wrong value should have been", () => {
    expect(errorOf(() => checkDiff({ slop: { to: 1.5 } }, template))).toEqual({
      code: "PARAM_VALUE_INVALID",
      message: "slop must be a whole number, not 1.5.",
    });
  });
});

describe("a planned change", () => {
  const plan = (at: FileAtPath, diff: ConfigDiff = { boost: { from: 1, to: 2.5 } }) =>
    planChange(PATH, at, diff, [{ param: "boost", value: 2.5, low: null, high: 2 }]);

  it("holds the file before and after, what changes, what drifted and what is out of range", () => {
    const { before, after, ...rest } = plan(file('{"boost": 1.50}'));
    expect(new TextDecoder().decode(before)).toBe('{"boost": 1.50}');
    expect(new TextDecoder().decode(after)).toBe('{"boost": 2.5}');
    expect(rest).toEqual({
      path: PATH,
      changes: [{ param: "boost", from: 1.5, fromText: "1.50", to: 2.5 }],
      drift: [{ param: "boost", expected: 1, actual: 1.5, actualText: "1.50" }],
      outOfRange: [{ param: "boost", value: 2.5, low: null, high: 2 }],
    });
  });

  it.each<[string, FileAtPath, string, string]>([
    [
      "has every value already",
      file('{"boost": 2.50}'),
      "NO_CHANGES",
      `${PATH} on the base branch has every proposed value already. Reject the proposal: there is nothing to open.`,
    ],
    [
      "is not JSON",
      file('{"boost" 1}'),
      "PARAMS_FILE_NOT_FOUND",
      `${PATH} on the base branch is not usable: not valid JSON: colon expected at line 1, column 10`,
    ],
    [
      "does not exist",
      { kind: "missing" },
      "PARAMS_FILE_NOT_FOUND",
      `${PATH} does not exist on the base branch. Commit it there, or correct the cluster's config_path.`,
    ],
    [
      "is a directory",
      { kind: "directory" },
      "PARAMS_FILE_NOT_FOUND",
      `${PATH} is a directory on the base branch.`,
    ],
    [
      "is a symbolic link",
      { kind: "symlink", path: PATH },
      "PARAMS_FILE_NOT_FOUND",
      `${PATH} is a symlink on the base branch; only a regular file is edited.`,
    ],
    [
      "lies in a submodule",
      { kind: "submodule", path: "clusters" },
      "INVALID_CONFIG_PATH",
      `clusters, on the way to ${PATH}, is a submodule. Correct the cluster's config_path.`,
    ],
  ])("of a file that %s is refused, in words that say what to do", (_, at, code, message) => {
    expect(errorOf(() => plan(at))).toEqual({ code, message });
  });

  it("that no file can satisfy is refused with the parameters that contradict each other", () => {
    const diff = { boost: { to: 2 }, "boost.title": { to: 3 } };
    expect(errorOf(() => plan(file('{"boost": {"title": 1}}'), diff))).toEqual({
      code: "PARAM_VALUE_INVALID",
      message: `${PATH}: boost replaces the object that boost.title is a member of`,
    });
  });
});
