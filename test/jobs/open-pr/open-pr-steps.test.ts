import { describe, expect, it } from "vitest";
import { storeHead } from "../../../src/db/heads-store.ts";
import { markRejected } from "../../../src/db/open-pr-store.ts";
import { GithubApiError, RescheduleError } from "../../../src/github/github-errors.ts";
import { addReadyProposal } from "../../actions/action-fixtures.ts";
import { useStore } from "../../db/store-fixtures.ts";
import { DRAWING_MS, queueAttempt } from "./attempt-on-fake-remote.ts";
import { BASE, HEAD } from "./fake-remote.ts";

const store = useStore();

describe("a first run", () => {
  it("goes from the base branch to a recorded pull request with its comment, and writes each once", async () => {
    const { run, remote, branch, row, outcomes } = await queueAttempt(store.db);
    await run();
    expect(remote.asked).toEqual([
      "token",
      "tips",
      `push ${branch}`,
      `open ${branch}`,
      "comment on 7",
      "close",
    ]);
    expect(remote.created).toMatchObject([{ head: branch, base: "main" }]);
    expect(remote.created[0]?.body).toContain("https://relyloop.example.com/studies/");
    expect(remote.comments).toMatchObject([{ issue: 7, first: true }]);
    expect(remote.comments[0]?.body).toContain(`/blob/${HEAD}/`);
    const written = { pr_branch: branch, pr_base_sha: BASE, pr_head_sha: HEAD };
    expect(await row()).toMatchObject({ status: "pr_opened", pr_number: 7, ...written });
    expect(await outcomes()).toEqual(["opened"]);
  });

  it("commits the edited file and the chart onto the tip it read, with what it has to know of both", async () => {
    const { run, remote, path, study } = await queueAttempt(store.db);
    await run();
    const chart = `.relyloop/digest-charts/${study}.png`;
    expect(remote.read).toEqual([{ commit: BASE, path, also: [chart] }]);
    const commit = (file: { path: string; bytes: Uint8Array }) => ({
      files: [file],
      identity: { name: "relyloop[bot]", email: "1+relyloop[bot]@users.noreply.github.com" },
      date_s: Date.parse("2026-11-22T12:00:00Z") / 1_000,
    });
    expect(remote.built).toMatchObject([
      {
        base: BASE,
        commits: [
          commit({ path, bytes: new TextEncoder().encode('{"boost": 2}\n') }),
          commit({ path: chart, bytes: new Uint8Array([1]) }),
        ],
      },
    ]);
  });

  it("tells of its steps in the order in which they begin, of how long they took, and in which run it is", async () => {
    const { run, events, steps, metrics, logged, configRepoId } = await queueAttempt(store.db);
    await run();
    const told = await steps();
    expect(told).toEqual([
      "mint_token",
      "render_chart",
      "read_tips",
      "read_params",
      "build_commits",
      "push_branch",
      "open_pull",
      "comment",
    ]);
    const [started, ...rest] = await events();
    // The second run of a job that is another one's sequel.
    expect(started).toMatchObject({
      kind: "open_pr_started",
      data: { attempt: 1, run: 3, config_repo_id: configRepoId },
    });
    expect(rest.at(-1)).toMatchObject({ kind: "pr_opened", data: { adopted: false } });
    const { values } = await metrics.step.get();
    const sums = values.filter(({ metricName }) => metricName?.endsWith("_sum"));
    expect(sums.map(({ labels }) => labels.step).sort()).toEqual(told.toSorted());
    expect(sums.find(({ labels }) => labels.step === "render_chart")?.value).toBe(DRAWING_MS / 1_000);
    const done = { msg: "step done", step: "render_chart", duration_ms: DRAWING_MS };
    expect(logged).toContainEqual(expect.objectContaining({ ...done, request_id: "r", attempt: 1 }));
  });

  it("asks for a token to write to that repository, and ends what it asked when it is over", async () => {
    const { run, remote, configRepoId } = await queueAttempt(store.db);
    await run();
    expect(remote.opened).toMatchObject([{ purpose: "write", configRepo: { id: configRepoId } }]);
    expect(remote.opened[0]?.signal.aborted).toBe(true);
  });

  it("of a proposal made by hand draws nothing and comments nothing", async () => {
    const { run, remote, branch, steps, outcomes } = await queueAttempt(store.db, { byHand: true });
    await run();
    expect(remote.asked).toEqual(["token", "tips", `push ${branch}`, `open ${branch}`, "close"]);
    expect(remote.read).toMatchObject([{ also: [] }]);
    expect(remote.built[0]?.commits).toHaveLength(1);
    expect(await steps()).not.toContain("comment");
    expect(await outcomes()).toEqual(["opened"]);
  });
});

describe("a run that follows another attempt's", () => {
  it("takes nothing of what that one pushed to another repository for its own", async () => {
    const { run, remote, id, branch, outcomes } = await queueAttempt(store.db, { byHand: true });
    const { configRepoId: elsewhere } = await addReadyProposal(store.db);
    const head = { branch, base_branch: "main", head_sha: HEAD, attempt: 2 };
    await storeHead(store.db, { proposal_id: id, config_repo_id: elsewhere, ...head });
    await run();
    expect(remote.asked).toEqual(["token", "tips", `push ${branch}`, `open ${branch}`, "close"]);
    expect(await outcomes()).toEqual(["opened"]);
  });
});

describe("a run that follows one which died", () => {
  it("after the push opens the pull request of what was pushed, for the base branch of then", async () => {
    const { run, remote, branch, pushedBefore, outcomes } = await queueAttempt(store.db);
    await pushedBefore();
    await run();
    expect(remote.asked).toEqual(["token", "tips", "find pulls", `open ${branch}`, "comment on 7", "close"]);
    expect(remote.read).toMatchObject([{ commit: BASE }]);
    expect(remote.created).toMatchObject([{ head: branch, base: "release" }]);
    expect(remote.comments[0]?.body).toContain(`/blob/${HEAD}/`);
    expect(await outcomes()).toEqual(["opened"]);
  });

  it("after its pull request was opened records that one, and sees to its comment", async () => {
    const { run, remote, pushedBefore, openedBefore, steps, row, events, outcomes } = await queueAttempt(
      store.db,
    );
    await pushedBefore();
    await openedBefore();
    await run();
    expect(remote.asked).toEqual(["token", "tips", "find pulls", "comment on 7", "close"]);
    expect(remote.comments).toMatchObject([{ first: false }]);
    expect(remote.comments[0]?.body).toContain(`/blob/${HEAD}/`);
    expect(await steps()).toEqual(["mint_token", "render_chart", "read_tips", "comment"]);
    expect(await row()).toMatchObject({ status: "pr_opened", pr_number: 7 });
    expect((await events()).at(-1)).toMatchObject({ kind: "pr_opened", data: { adopted: true } });
    expect(await outcomes()).toEqual(["adopted"]);
  });

  it("leaves a pull request without a comment that somebody closed meanwhile", async () => {
    const { run, remote, pushedBefore, openedBefore, row } = await queueAttempt(store.db);
    await pushedBefore();
    await openedBefore({ state: "closed" });
    await run();
    expect(remote.comments).toEqual([]);
    expect(await row()).toMatchObject({ status: "pr_opened", pr_state: "closed" });
  });
});

describe("a run that meets trouble", () => {
  it("leaves a code, after its steps on the timeline, and ends what it began", async () => {
    const attempt = await queueAttempt(store.db, { file: '{"boost": 2}' });
    const { run, remote, row, events, logged, outcomes } = attempt;
    await run();
    expect(remote.asked).toEqual(["token", "tips", "close"]);
    expect(remote.opened[0]?.signal.aborted).toBe(true);
    expect((await row()).pr_open_error).toMatch(/^NO_CHANGES: /);
    expect((await events()).map(({ kind }) => kind).at(-1)).toBe("open_pr_failed");
    expect(await outcomes()).toEqual(["NO_CHANGES"]);
    const told = { event: "pr_open_failed", step: "read_params", duration_ms: DRAWING_MS };
    expect(logged).toContainEqual(expect.objectContaining(told));
  });

  it("keeps nothing of it once the proposal is not its own any more, but says in the log what it met", async () => {
    const attempt = await queueAttempt(store.db, { fails: { tips: new Error("too late") } });
    const { run, remote, id, row, logged, outcomes } = attempt;
    const open = remote.open;
    // Rejected while the run waits for its token.
    remote.open = (options) => {
      const access = open(options);
      return { ...access, ready: async () => void (await markRejected(store.db, id, null)) };
    };
    await run();
    expect(await row()).toMatchObject({ status: "rejected", pr_open_error: null });
    expect(logged).toContainEqual(
      expect.objectContaining({
        msg: "what a run met is not kept: it is no longer the proposal's",
        err: expect.objectContaining({ message: "too late" }),
      }),
    );
    expect(await outcomes()).toEqual(["no_longer_pending"]);
  });

  it("asks for the fence right before a write, although what it writes is stored already", async () => {
    const { run, remote, id, row, outcomes } = await queueAttempt(store.db, { byHand: true });
    const open = remote.open;
    remote.open = (options) => {
      const { git, ...access } = open(options);
      const createBranch: typeof git.createBranch = async (...push) => {
        await markRejected(store.db, id, null);
        return git.createBranch(...push);
      };
      return { ...access, git: { ...git, createBranch } };
    };
    await run();
    expect(remote.asked).toEqual(["token", "tips", "close"]);
    expect(await row()).toMatchObject({ status: "rejected", pr_head_sha: HEAD });
    expect(await outcomes()).toEqual(["no_longer_pending"]);
  });

  it("writes nothing to GitHub once the proposal is not its own any more", async () => {
    const { run, remote, id, outcomes } = await queueAttempt(store.db, { byHand: true });
    const open = remote.open;
    remote.open = (options) => {
      const { git, ...access } = open(options);
      const build: typeof git.build = async (...commits) => {
        const built = await git.build(...commits);
        await markRejected(store.db, id, null);
        return built;
      };
      return { ...access, git: { ...git, build } };
    };
    await run();
    expect(remote.asked).toEqual(["token", "tips", "close"]);
    expect(await outcomes()).toEqual(["no_longer_pending"]);
  });
});

describe("a comment that fails", () => {
  it("does not fail the pull request, whatever GitHub says", async () => {
    const comment = new GithubApiError("no", 422);
    const { run, row, outcomes } = await queueAttempt(store.db, { fails: { comment } });
    await run();
    expect(await row()).toMatchObject({ status: "pr_opened" });
    expect(await outcomes()).toEqual(["opened"]);
  });

  it("is waited for as long as an attempt may wait, and gone without after that", async () => {
    const soon = new RescheduleError(new Date("2026-11-22T12:30:00Z"), "rate_limited");
    const waiting = await queueAttempt(store.db, { fails: { comment: soon } });
    await waiting.run();
    expect(await waiting.row()).toMatchObject({ status: "pending", open_pr_state: "waiting" });
    expect(await waiting.outcomes()).toEqual(["waiting"]);

    const late = new RescheduleError(new Date("2026-11-23T12:30:00Z"), "rate_limited");
    const opened = await queueAttempt(store.db, { fails: { comment: late } });
    await opened.run();
    expect(await opened.row()).toMatchObject({ status: "pr_opened" });
  });
});
