import { describe, expect, it } from "vitest";
import { proposalMarker } from "../../../src/proposals/pr-text/marker.ts";
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

  it("of our own with a mark asks for what was written twice to be tidied up", () => {
    const bot = { login: "relyloop[bot]", type: "Bot" };
    const body = `Chart ${proposalMarker("0198a0c0-0000-7000-8000-000000000001")}`;
    const [ours, theirs] = [{ id: own.appId }, { id: 1 }];
    const said = (comment: object, known = own) =>
      issueComment.translate(commented({ user: bot, ...comment }), known as typeof own);
    expect(said({ body, performed_via_github_app: ours })).toEqual([
      { kind: "tidy_comments", subject: { repository_id: 42, number: 12 }, comment_id: 77 },
    ]);
    expect(said({ body: "Chart", performed_via_github_app: ours })).toEqual([]);
    expect(said({ body, performed_via_github_app: theirs })).toEqual([]);
    expect(said({ body, performed_via_github_app: null })).toEqual([]);
    expect(said({ body: "/relyloop refresh", performed_via_github_app: ours })).toEqual([]);
  });

  it("on an issue that is no pull request is left alone", () => {
    expect(issueComment.translate(commented({}, { number: 12 }), own)).toEqual([]);
    expect(issueComment.translate(commented({}, { number: 12, pull_request: null }), own)).toEqual([]);
  });

  it("is heard when it is written, and not when it is changed or deleted", () => {
    expect(issueComment.on).toEqual(["issue_comment.created"]);
  });
});
