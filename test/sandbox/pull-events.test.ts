import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createFakeClock } from "../support/fake-clock.ts";
import { startTestSandbox, type TestSandbox } from "../support/test-sandbox.ts";
import { listenToEvents, type Told } from "./told.ts";

const REPO = "acme/search-config";
const BOT = "relyloop[bot]";

let world: TestSandbox;
let told: Told;
let token: string;
let count = 0;
beforeAll(async () => {
  world = await startTestSandbox();
  told = listenToEvents(world.sandbox);
  token = await world.client.token();
});
afterAll(() => world.close());
beforeEach(async () => void (await told.since()));

const rest = (method: string, path: string, body?: object) =>
  world.client.send(method, `/repos/${REPO}${path}`, {
    authorization: `token ${token}`,
    ...(body ? { body } : {}),
  });

/** A pull request of its own, of which nobody has been told anything else. @returns its number */
async function open(): Promise<{ number: number; branch: string }> {
  count += 1;
  const branch = `topic-${count}`;
  await world.sandbox.pushAs("bob", REPO, branch, { [`${branch}.txt`]: "1\n" });
  const { number } = await world.sandbox.openPull(REPO, { title: branch, head: branch });
  await told.since();
  return { number, branch };
}

describe("the app is told, once, when somebody", () => {
  it("opens, edits, closes and reopens a pull request", async () => {
    const { sandbox } = world;
    await sandbox.pushAs("bob", REPO, "opened", { "o.txt": "o" });
    const { number } = await sandbox.openPull(REPO, { person: "bob", title: "Old", head: "opened" });
    expect(await told.since()).toEqual(["pull_request.opened bob"]);
    await sandbox.editPull(REPO, number, { title: "New", body: "Why." });
    expect(await told.since()).toEqual(["pull_request.edited alice"]);
    expect(told.last("pull_request.edited").changes).toEqual({ title: { from: "Old" }, body: { from: "" } });
    await sandbox.editPull(REPO, number, { title: "New" });
    await sandbox.closePull(REPO, number);
    await sandbox.closePull(REPO, number);
    expect(await told.since()).toEqual(["pull_request.closed alice"]);
    expect(told.last("pull_request.closed").pull_request).toMatchObject({ merged: false, state: "closed" });
    await sandbox.reopenPull(REPO, number, { person: "bob" });
    expect(await told.since()).toEqual(["pull_request.reopened bob"]);
  });

  it("changes its base, makes it a draft, and ready again", async () => {
    const { sandbox } = world;
    const { number } = await open();
    const root = (await sandbox.git(REPO, "rev-list", "--max-parents=0", "main")).trim();
    await sandbox.setBranch(REPO, "release", root);
    await sandbox.editPull(REPO, number, { base: "release" });
    expect(await told.since()).toEqual(["pull_request.edited alice"]);
    expect(told.last("pull_request.edited").changes.base.ref).toEqual({ from: "main" });
    await sandbox.convertToDraft(REPO, number);
    await sandbox.convertToDraft(REPO, number);
    expect(await told.since()).toEqual(["pull_request.converted_to_draft alice"]);
    await sandbox.readyForReview(REPO, number);
    expect(await told.since()).toEqual(["pull_request.ready_for_review alice"]);
  });

  it("merges it, and what was merged along with it", async () => {
    const { sandbox } = world;
    const { number, branch } = await open();
    // A second one whose only commit the first holds too.
    await sandbox.git(REPO, "branch", "part-of-it", branch);
    await sandbox.openPull(REPO, { title: "Part", head: "part-of-it" });
    await told.since();
    await sandbox.mergePull(REPO, number, { person: "bob" });
    expect(await told.since()).toEqual(["pull_request.closed bob", "pull_request.closed bob"]);
    expect(told.last("pull_request.closed").pull_request.merged).toBe(true);
    await sandbox.pulls(REPO);
    expect(await told.since()).toEqual([]);
  });

  it("pushes to its branch, resets, deletes and restores it", async () => {
    const { sandbox } = world;
    const { number, branch } = await open();
    const before = await sandbox.branchTip(REPO, branch);
    const after = await sandbox.pushToHead(REPO, number, { person: "bob" });
    expect(await told.since()).toEqual(["pull_request.synchronize bob"]);
    expect(told.last("pull_request.synchronize")).toMatchObject({ before, after });
    await sandbox.deleteHeadBranch(REPO, number);
    expect(await told.since()).toEqual(["pull_request.closed alice"]);
    await sandbox.restoreHeadBranch(REPO, number);
    expect(await sandbox.branchTip(REPO, branch)).toBe(after);
    expect(await told.since()).toEqual([]);
    await sandbox.reopenPull(REPO, number);
    await sandbox.resetHead(REPO, number, { person: "bob" });
    expect(await told.since()).toEqual(["pull_request.reopened alice", "pull_request.closed bob"]);
  });

  it("comments, changes the comment, and deletes it; reactions are not told", async () => {
    const { sandbox } = world;
    const { number } = await open();
    const { id } = await sandbox.commentOnPull(REPO, number, { person: "bob", body: "/relyloop refresh" });
    await sandbox.editComment(REPO, id, { body: "Never mind." });
    await sandbox.reactToComment(REPO, id, { content: "eyes" });
    await sandbox.deleteComment(REPO, id, { person: "bob" });
    expect(await told.since()).toEqual([
      "issue_comment.created bob",
      "issue_comment.edited alice",
      "issue_comment.deleted bob",
    ]);
  });

  it("reviews, dismisses a review, and sets a status", async () => {
    const { sandbox } = world;
    const { number } = await open();
    const { id } = await sandbox.reviewPull(REPO, number, { person: "bob", state: "approved" });
    await sandbox.dismissReview(REPO, number, id);
    await sandbox.setStatus(REPO, number, { state: "failure", person: "bob" });
    expect(await told.since()).toEqual([
      "pull_request_review.submitted bob",
      "pull_request_review.dismissed alice",
      "status bob",
    ]);
  });

  it("runs a check elsewhere, or asks for ours again", async () => {
    const { sandbox } = world;
    const { number, branch } = await open();
    await sandbox.reportCheck(REPO, number, { status: "in_progress" });
    await sandbox.reportCheck(REPO, number, { conclusion: "failure" });
    expect(await told.since()).toEqual(["check_run.created ci[bot]", "check_run.completed ci[bot]"]);
    const head_sha = await sandbox.branchTip(REPO, branch);
    const ours = await rest("POST", "/check-runs", { name: "relyloop/proposal", head_sha });
    expect(await told.since()).toEqual([`check_run.created ${BOT}`]);
    await sandbox.rerunCheck(REPO, ours.body.id);
    await sandbox.rerunChecks(REPO, number, { person: "bob" });
    expect(await told.since()).toEqual(["check_run.rerequested alice", "check_suite.rerequested bob"]);
  });
});

describe("the app is told of its own doings", () => {
  it("over REST", async () => {
    const { sandbox } = world;
    await sandbox.pushAs("bob", REPO, "by-bot", { "b.txt": "b" });
    const pull = await rest("POST", "/pulls", { title: "T", head: "by-bot", base: "main" });
    const path = `/pulls/${pull.body.number}`;
    await rest("PATCH", path, { body: "Text." });
    const comment = await rest("POST", `/issues/${pull.body.number}/comments`, { body: "One." });
    await rest("PATCH", `/issues/comments/${comment.body.id}`, { body: "Two." });
    await rest("DELETE", `/issues/comments/${comment.body.id}`);
    const run = await rest("POST", "/check-runs", { name: "n", head_sha: pull.body.head.sha });
    await rest("PATCH", `/check-runs/${run.body.id}`, { conclusion: "success" });
    await rest("PATCH", `/check-runs/${run.body.id}`, { conclusion: "success" });
    await rest("DELETE", "/git/refs/heads/by-bot");
    expect(await told.since()).toEqual(
      [
        "pull_request.opened",
        "pull_request.edited",
        "issue_comment.created",
        "issue_comment.edited",
        "issue_comment.deleted",
        "check_run.created",
        "check_run.completed",
        "pull_request.closed",
      ].map((name) => `${name} ${BOT}`),
    );
  });

  it("over git, without anybody reading the pull request", async () => {
    const { sandbox } = world;
    const { branch } = await open();
    const dir = await mkdtemp(join(tmpdir(), "push-"));
    const env = { PATH: process.env.PATH, GIT_CONFIG_NOSYSTEM: "1", GIT_CONFIG_GLOBAL: "/dev/null" };
    const identity = ["-c", "user.name=Carol", "-c", "user.email=carol@example.com"];
    const git = (...args: string[]) => promisify(execFile)("git", [...identity, ...args], { cwd: dir, env });
    const remote = `http://x-access-token:${token}@${sandbox.host}/${REPO}`;
    await git("clone", "-q", "-b", branch, remote, ".");
    await git("commit", "-q", "--allow-empty", "-m", "More");
    await git("push", "-q", "origin", branch);
    await expect.poll(() => told.since()).toEqual([`pull_request.synchronize ${BOT}`]);
    await git("push", "-q", "origin", `:${branch}`);
    await expect.poll(() => told.since()).toEqual([`pull_request.closed ${BOT}`]);
    await rm(dir, { recursive: true, force: true });
  });
});

describe("a pull request's time of change", () => {
  it("moves with words, reviews, pushes and states, not with checks and statuses", async () => {
    const clock = createFakeClock();
    const own = await startTestSandbox({ clock });
    const { sandbox } = own;
    await sandbox.pushAs("bob", REPO, "topic", { "t.txt": "t" });
    await sandbox.openPull(REPO, { title: "T", head: "topic" });
    const moves = async (act: () => Promise<unknown>): Promise<boolean> => {
      const stamp = async () => (await sandbox.pulls(REPO))[0]?.updated_at;
      const before = await stamp();
      clock.advance(1_000);
      await act();
      return (await stamp()) !== before;
    };
    expect(await moves(() => sandbox.setStatus(REPO, 1, { state: "success" }))).toBe(false);
    expect(await moves(() => sandbox.reportCheck(REPO, 1))).toBe(false);
    expect(await moves(() => sandbox.editPull(REPO, 1, { title: "T" }))).toBe(false);
    expect(await moves(() => sandbox.pushToBase(REPO, 1))).toBe(false);
    expect(await moves(() => sandbox.commentOnPull(REPO, 1, { body: "Hm." }))).toBe(true);
    expect(await moves(() => sandbox.reviewPull(REPO, 1, { person: "bob", state: "approved" }))).toBe(true);
    expect(await moves(() => sandbox.pushToHead(REPO, 1))).toBe(true);
    expect(await moves(() => sandbox.editPull(REPO, 1, { title: "New" }))).toBe(true);
    expect(await moves(() => sandbox.closePull(REPO, 1))).toBe(true);
    await own.close();
  });
});
