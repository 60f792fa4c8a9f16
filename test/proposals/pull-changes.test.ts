import { describe, expect, it } from "vitest";
import { type MirroredPull, pullChanges } from "../../src/proposals/pull-changes.ts";

const before: MirroredPull = {
  number: 7,
  url: "https://github.com/acme/configs/pull/7",
  state: "open",
  draft: false,
  baseRef: "main",
  headSha: "a".repeat(40),
  checks: null,
  review: null,
};
const told = { pr_number: 7, pr_url: before.url };
const changes = (after: Partial<MirroredPull>, from: Partial<MirroredPull> = {}, rejected = false) =>
  pullChanges({ ...before, ...from }, { ...before, ...from, ...after }, { rejected });

describe("what the timeline tells of a pull request", () => {
  it("is nothing when nothing has changed, and nothing of an address", () => {
    expect(changes({})).toEqual([]);
    expect(changes({ url: "https://github.com/acme/renamed/pull/7" })).toEqual([]);
  });

  it.each([
    [{ state: "closed" }, {}, { kind: "pr_closed", data: { ...told, cause: "github" } }],
    [{ state: "open" }, { state: "closed" }, { kind: "pr_reopened", data: told }],
    [{ draft: true }, {}, { kind: "pr_converted_to_draft", data: { pr_number: 7 } }],
    [{ draft: false }, { draft: true }, { kind: "pr_ready_for_review", data: { pr_number: 7 } }],
    [{ baseRef: "next" }, {}, { kind: "pr_base_changed", data: { from: "main", to: "next" } }],
    [{ headSha: "b" }, { headSha: "a" }, { kind: "pr_head_changed", data: { from: "a", to: "b" } }],
    [{ checks: "pending" }, {}, { kind: "pr_checks_changed", data: { from: null, to: "pending" } }],
    [
      { review: null },
      { review: "approved" },
      { kind: "pr_review_changed", data: { from: "approved", to: null } },
    ],
  ] as const)("is one event for %j", (after, from, event) => {
    expect(changes(after, from)).toEqual([event]);
  });

  it("says whether a rejection asked for the closing", () => {
    expect(changes({ state: "closed" }, {}, true)).toEqual([
      { kind: "pr_closed", data: { ...told, cause: "rejection" } },
    ]);
  });

  it("leaves a merge to whoever records it, and tells what was not known before of nobody", () => {
    expect(changes({ state: "merged" })).toEqual([]);
    expect(changes({ baseRef: "main", headSha: "b" }, { baseRef: null, headSha: null })).toEqual([]);
  });

  it("is nothing while the state stays what it was", () => {
    expect(changes({ state: "closed" }, { state: "closed" })).toEqual([]);
    expect(changes({}, {})).toEqual([]);
  });

  it("ends with the state", () => {
    const all = changes({
      state: "closed",
      draft: true,
      checks: "failure",
      review: "approved",
      headSha: "b",
    });
    expect(all.map(({ kind }) => kind)).toEqual([
      "pr_converted_to_draft",
      "pr_head_changed",
      "pr_checks_changed",
      "pr_review_changed",
      "pr_closed",
    ]);
  });
});
