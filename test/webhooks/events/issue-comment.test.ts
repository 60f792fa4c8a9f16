import { describe, expect, it } from "vitest";
import { issueComment } from "../../../src/webhooks/events/issue-comment.ts";

const own = { appId: 4711 };
const ada = { login: "ada", type: "User" };

const commented = (comment: object, issue: object = { number: 12, pull_request: { url: "x" } }) => ({
  action: "created",
  repository: { id: 42 },
  issue,
  comment: { id: 77, body: "/relyloop refresh", user: ada, ...comment },
});
const asked = [{ kind: "run_command", subject: { repository_id: 42, number: 12 }, comment_id: 77 }];

describe("a comment", () => {
  it.each(["/relyloop refresh", "/relyloop", "/relyloop reject because\nof that", "\n  /relyloop\trefresh"])(
    "that begins like a command is passed on: %j",
    (body) => {
      expect(issueComment.translate(commented({ body }), own)).toEqual(asked);
    },
  );

  it.each([
    "Looks good",
    "> /relyloop refresh",
    "please /relyloop refresh",
    "/relyloops refresh",
    "/RelyLoop",
    "",
  ])("that does not is left alone: %j", (body) => {
    expect(issueComment.translate(commented({ body }), own)).toEqual([]);
  });

  it("of a bot, ours or another, is left alone, and so is that of a deleted account", () => {
    for (const user of [
      { login: "relyloop[bot]", type: "Bot" },
      { login: "dependabot[bot]", type: "User" },
      { login: "ci", type: "Bot" },
      null,
    ]) {
      expect(issueComment.translate(commented({ user }), own)).toEqual([]);
    }
  });

  it("on an issue that is no pull request is left alone", () => {
    expect(issueComment.translate(commented({}, { number: 12 }), own)).toEqual([]);
    expect(issueComment.translate(commented({}, { number: 12, pull_request: null }), own)).toEqual([]);
  });

  it("is heard when it is written, and not when it is changed or deleted", () => {
    expect(issueComment.on).toEqual(["issue_comment.created"]);
  });
});
