import { describe, expect, it } from "vitest";
import { pullRequest } from "../../../src/webhooks/events/pull-request.ts";
import { pullRequestReview } from "../../../src/webhooks/events/pull-request-review.ts";

const own = { appId: 4711 };
const subject = { repository_id: 42, number: 12 };
const updated_at = "2026-11-22T12:00:00Z";

const payload = (action: string, pull: object = {}) => ({
  action,
  repository: { id: 42 },
  pull_request: { number: 12, state: "open", merged: false, merged_at: null, updated_at, ...pull },
});

describe("an event of a pull request", () => {
  it.each([
    ["open", { state: "open" }],
    ["closed", { state: "closed" }],
    ["closed", { state: "closed", merge_commit_sha: "a".repeat(40) }],
    ["merged", { state: "closed", merged: true, merged_at: updated_at }],
    ["merged", { state: "closed", merged: undefined, merged_at: updated_at }],
    [null, { state: "vanished" }],
  ])("asks to mirror it, and passes on that it is said to be %s", (state, pull) => {
    expect(pullRequest.translate(payload("closed", pull), own)).toEqual([
      { kind: "mirror_pr", subject, said: { state, updated_at } },
    ]);
  });

  it("asks for a new check where there are new commits", () => {
    expect(pullRequest.translate(payload("synchronize"), own)).toEqual([
      { kind: "mirror_pr", subject, said: { state: "open", updated_at } },
      { kind: "refresh_check", subject, body: false },
    ]);
  });

  it("is heard for all that is mirrored, and for nothing else", () => {
    expect(pullRequest.on.map((name) => name.split(".")[1])).toEqual([
      "opened",
      "closed",
      "reopened",
      "edited",
      "converted_to_draft",
      "ready_for_review",
      "synchronize",
    ]);
  });

  it.each([
    ["a time that is none", "yesterday"],
    ["a time with something in it", "2026-11-22T12:00:00Z\0"],
    ["no time", undefined],
  ])("does not pass on %s", (_what, time) => {
    expect(pullRequest.translate(payload("closed", { updated_at: time }), own)).toEqual([
      { kind: "mirror_pr", subject, said: { state: "open", updated_at: null } },
    ]);
  });

  it.each([
    undefined,
    null,
    "text",
    [],
    {},
    { action: "closed" },
    { ...payload("closed"), repository: { id: 0 } },
  ])("asks for nothing where ids are missing: %j", (given) => {
    expect(pullRequest.translate(given, own)).toEqual([]);
    expect(pullRequestReview.translate(given, own)).toEqual([]);
  });
});

describe("an event of a review", () => {
  it.each(["submitted", "edited", "dismissed"])("that was %s asks to mirror its pull request", (action) => {
    expect(pullRequestReview.on).toContain(`pull_request_review.${action}`);
    expect(pullRequestReview.translate(payload(action, { merged: undefined }), own)).toEqual([
      { kind: "mirror_pr", subject, said: { state: "open", updated_at } },
    ]);
  });
});
