import { describe, expect, it } from "vitest";
import type { HeadRow } from "../../../src/db/heads-store.ts";
import { type BaseInput, baseOf } from "../../../src/jobs/open-pr/base-branch.ts";

const [THEN, NOW, HEAD, OLDER] = ["a", "b", "c", "d"].map((digit) => digit.repeat(40)) as [
  string,
  string,
  string,
  string,
];
const heads = [
  { attempt: 1, head_sha: OLDER, base_branch: "old" },
  { attempt: 2, head_sha: HEAD, base_branch: "release" },
] as HeadRow[];

const base = (changes: Partial<BaseInput> = {}) =>
  baseOf({
    proposal: { pr_head_sha: HEAD, pr_base_sha: THEN },
    attempt: 2,
    heads,
    branch: "main",
    tips: { base: NOW },
    ...changes,
  });

describe("what a pull request is built on", () => {
  it("is for a re-run what its attempt stored, though tip and base branch have moved since", () => {
    expect(base()).toEqual({ sha: THEN, branch: "release" });
    expect(base({ tips: { base: null } })).toEqual({ sha: THEN, branch: "release" });
  });

  it("is the base branch's tip for a run that stored nothing, and for a new attempt", () => {
    const now = { sha: NOW, branch: "main" };
    expect(base({ proposal: { pr_head_sha: null, pr_base_sha: null }, heads: [] })).toEqual(now);
    expect(base({ attempt: 3 })).toEqual(now);
    expect(base({ attempt: 1 })).toEqual(now);
    expect(base({ proposal: { pr_head_sha: OLDER, pr_base_sha: THEN } })).toEqual(now);
    expect(base({ proposal: { pr_head_sha: HEAD, pr_base_sha: null } })).toEqual(now);
  });

  it("is refused where the base branch is missing, in words that say what to correct", () => {
    expect(() => base({ attempt: 3, tips: { base: null } })).toThrow(
      expect.objectContaining({
        code: "CLONE_FAILED",
        reason: "base_branch_missing",
        message:
          "The repository has no branch main. Correct the config repo's pr_base_branch, then press again.",
      }),
    );
  });
});
