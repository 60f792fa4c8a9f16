import { describe, expect, it } from "vitest";
import { CHECK_NAME } from "../../src/proposals/check-name.ts";
import {
  foldCheckRuns,
  foldChecks,
  foldReviews,
  foldStatuses,
  uncertainReviewers,
} from "../../src/proposals/pull-verdicts.ts";

const APP = 7;
const run = (
  conclusion: string | null,
  changes: { status?: string; name?: string; app_id?: number | null } = {},
) => ({
  name: "build",
  app_id: 99,
  status: "completed",
  conclusion,
  ...changes,
});

describe("check runs", () => {
  it.each([
    ["success", "success"],
    ["neutral", "success"],
    ["skipped", "success"],
    ["failure", "failure"],
    ["cancelled", "failure"],
    ["timed_out", "failure"],
    ["action_required", "failure"],
    ["startup_failure", "failure"],
    ["stale", "pending"],
    ["something GitHub adds one day", "pending"],
    [null, "pending"],
  ])("that ended as %s are %s", (conclusion, verdict) => {
    expect(foldCheckRuns([run(conclusion)], APP)).toBe(verdict);
  });

  it.each(["queued", "in_progress", "waiting", "requested", "pending"])(
    "that are %s are pending",
    (status) => {
      expect(foldCheckRuns([run(null, { status })], APP)).toBe("pending");
      // GitHub keeps the conclusion of a run that is asked for again.
      expect(foldCheckRuns([run("failure", { status })], APP)).toBe("pending");
    },
  );

  it("are as good as the worst of them, and nothing where there are none", () => {
    expect(foldCheckRuns([], APP)).toBeNull();
    expect(foldCheckRuns([run("success"), run(null, { status: "queued" })], APP)).toBe("pending");
    expect(foldCheckRuns([run(null, { status: "queued" }), run("failure"), run("success")], APP)).toBe(
      "failure",
    );
  });

  it("do not count the app's own, by its name and its app", () => {
    expect(CHECK_NAME, "as branch rules of repositories name it").toBe("relyloop/proposal");
    expect(foldCheckRuns([run("failure", { name: CHECK_NAME, app_id: APP })], APP)).toBeNull();
    expect(foldCheckRuns([run("failure", { name: CHECK_NAME })], APP), "a namesake").toBe("failure");
    expect(foldCheckRuns([run("failure", { app_id: APP })], APP), "another of ours").toBe("failure");
    const anonymous = run("failure", { name: CHECK_NAME, app_id: null });
    expect(foldCheckRuns([anonymous], null), "nobody's").toBe("failure");
  });
});

describe("commit statuses", () => {
  it.each([
    [[], null],
    [["success", "success"], "success"],
    [["success", "pending"], "pending"],
    [["pending", "error"], "failure"],
    [["failure", "success"], "failure"],
  ])("%j are %s", (states, verdict) => {
    expect(foldStatuses(states.map((state) => ({ state })))).toBe(verdict);
  });

  it("and check runs together are as good as the worse of both", () => {
    expect(foldChecks(null, null)).toBeNull();
    expect(foldChecks(null, "success")).toBe("success");
    expect(foldChecks("pending", "success")).toBe("pending");
    expect(foldChecks("pending", "failure")).toBe("failure");
  });
});

describe("reviews", () => {
  const review = (id: number | null, state: string, author_association = "COLLABORATOR", type = "User") => ({
    author: id === null ? null : { id, login: `person-${id}`, type },
    state,
    author_association,
  });
  const NOBODY = new Set<number>();

  it.each([
    ["none", [], null],
    ["an approval", [review(1, "APPROVED")], "approved"],
    ["a comment alone", [review(1, "COMMENTED")], null],
    ["a comment after an approval", [review(1, "APPROVED"), review(1, "COMMENTED")], "approved"],
    ["an approval after a wish", [review(1, "CHANGES_REQUESTED"), review(1, "APPROVED")], "approved"],
    [
      "a wish after an approval",
      [review(1, "APPROVED"), review(1, "CHANGES_REQUESTED")],
      "changes_requested",
    ],
    [
      "a wish of one, an approval of another",
      [review(1, "CHANGES_REQUESTED"), review(2, "APPROVED")],
      "changes_requested",
    ],
    ["a wish that was dismissed", [review(1, "DISMISSED")], null],
    ["a dismissal after an approval", [review(1, "APPROVED"), review(1, "DISMISSED")], null],
    ["one that is not sent yet", [review(1, "PENDING")], null],
  ])("%s", (_what, reviews, verdict) => {
    expect(foldReviews(reviews, NOBODY)).toBe(verdict);
  });

  it.each([
    ["OWNER", "approved"],
    ["MEMBER", "approved"],
    ["COLLABORATOR", "approved"],
    ["CONTRIBUTOR", null],
    ["FIRST_TIME_CONTRIBUTOR", null],
    ["NONE", null],
  ])("of an account that is %s make it %s", (association, verdict) => {
    expect(foldReviews([review(1, "APPROVED", association)], NOBODY)).toBe(verdict);
  });

  it("of an account that is gone do not count", () => {
    expect(foldReviews([review(null, "CHANGES_REQUESTED")], NOBODY)).toBeNull();
    expect(uncertainReviewers([review(null, "APPROVED", "NONE")])).toEqual([]);
  });

  it("of people who may write count although GitHub takes them for strangers: they hide their membership", () => {
    const reviews = [review(1, "APPROVED", "CONTRIBUTOR"), review(2, "CHANGES_REQUESTED", "NONE")];
    expect(foldReviews(reviews, new Set([1]))).toBe("approved");
    expect(foldReviews(reviews, new Set([1, 2]))).toBe("changes_requested");
  });

  it("ask about strangers whose word would count, the last to speak first, and about no bots", () => {
    const ids = uncertainReviewers([
      review(1, "APPROVED", "NONE"),
      review(2, "COMMENTED", "NONE"),
      review(3, "CHANGES_REQUESTED", "CONTRIBUTOR"),
      review(4, "DISMISSED", "NONE"),
      review(5, "APPROVED", "MEMBER"),
      review(6, "APPROVED", "NONE", "Bot"),
      review(1, "CHANGES_REQUESTED", "NONE"),
    ]).map(({ id }) => id);
    expect(ids).toEqual([1, 3]);
  });
});
