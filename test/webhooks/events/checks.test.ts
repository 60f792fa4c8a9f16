import { describe, expect, it } from "vitest";
import { checkRun } from "../../../src/webhooks/events/check-run.ts";
import { checkSuite } from "../../../src/webhooks/events/check-suite.ts";
import { status } from "../../../src/webhooks/events/status.ts";

const own = { appId: 4711 };
const sha = "a".repeat(40);
const subject = { repository_id: 42, sha };
const mirror = { kind: "mirror_pr", subject, said: null };
const refresh = { kind: "refresh_check", subject, body: false };

const run = (action: string, check_run: object) => ({
  action,
  repository: { id: 42 },
  check_run: { name: "build", head_sha: sha, app: { id: 9 }, ...check_run },
});
const suite = (action: string, app: unknown) => ({
  action,
  repository: { id: 42 },
  check_suite: { head_sha: sha, app },
});
const ours = { name: "relyloop/proposal", app: { id: 4711 } };

describe("a check run", () => {
  it.each(["created", "completed", "rerequested"])(
    "of others that was %s asks to mirror its commit",
    (action) => {
      expect(checkRun.on).toContain(`check_run.${action}`);
      expect(checkRun.translate(run(action, {}), own)).toEqual([mirror]);
      expect(checkRun.translate(run(action, { name: "relyloop/proposal" }), own), "its name alone").toEqual([
        mirror,
      ]);
      expect(checkRun.translate(run(action, { app: { id: 4711 } }), own), "its app alone").toEqual([mirror]);
      expect(checkRun.translate(run(action, { app: null }), own)).toEqual([mirror]);
    },
  );

  it("of our own asks for nothing, but to be made again when somebody pressed the button", () => {
    expect(checkRun.translate(run("created", ours), own)).toEqual([]);
    expect(checkRun.translate(run("completed", ours), own)).toEqual([]);
    expect(checkRun.translate(run("rerequested", ours), own)).toEqual([refresh]);
  });

  it("of our name is ours where our app's id is not known", () => {
    expect(checkRun.translate(run("completed", { ...ours, app: null }), { appId: null })).toEqual([]);
    expect(checkRun.translate(run("completed", {}), { appId: null })).toEqual([mirror]);
  });

  it("of a repository that hashes with SHA-256 is found as well", () => {
    const head_sha = "b".repeat(64);
    expect(checkRun.translate(run("completed", { head_sha }), own)).toEqual([
      { ...mirror, subject: { repository_id: 42, sha: head_sha } },
    ]);
  });
});

describe("a check suite", () => {
  it("of others that completed asks to mirror its commit; ours holds only our check", () => {
    expect(checkSuite.translate(suite("completed", { id: 9 }), own)).toEqual([mirror]);
    expect(checkSuite.translate(suite("completed", null), own)).toEqual([mirror]);
    expect(checkSuite.translate(suite("completed", { id: 4711 }), own)).toEqual([]);
  });

  it("that is to run again asks for our check to be made again", () => {
    expect(checkSuite.translate(suite("rerequested", { id: 4711 }), own)).toEqual([refresh]);
  });
});

describe("a commit status", () => {
  it("asks to mirror its commit, and has no actions", () => {
    expect(status.on).toEqual(["status"]);
    expect(status.translate({ sha, repository: { id: 42 }, state: "success" }, own)).toEqual([mirror]);
  });
});

describe("checks and statuses", () => {
  it.each([
    ["no commit", undefined],
    ["a branch in place of a commit", "main"],
    ["a commit cut short", "a".repeat(39)],
    ["a commit with something in it", `${"a".repeat(39)}\0`],
  ])("with %s ask for nothing", (_what, bad) => {
    const repository = { id: 42 };
    expect(checkRun.translate(run("completed", { head_sha: bad }), own)).toEqual([]);
    expect(
      checkSuite.translate({ action: "completed", repository, check_suite: { head_sha: bad } }, own),
    ).toEqual([]);
    expect(status.translate({ sha: bad, repository }, own)).toEqual([]);
  });
});
