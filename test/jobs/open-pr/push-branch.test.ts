import { describe, expect, it, vi } from "vitest";
import { listHeads } from "../../../src/db/heads-store.ts";
import { claimRun, markQueued } from "../../../src/db/open-pr-store.ts";
import { type BuiltCommits, GitError, type PushOutcome } from "../../../src/git/transport.ts";
import { createFence, FenceLost } from "../../../src/jobs/open-pr/fence.ts";
import { pushBranch, rememberCommits } from "../../../src/jobs/open-pr/push-branch.ts";
import type { RetryingGit } from "../../../src/jobs/retrying-git.ts";
import { addReadyProposal } from "../../actions/action-fixtures.ts";
import { useStore } from "../../db/store-fixtures.ts";

const store = useStore();
const [BASE, FIRST, HEAD] = ["a".repeat(40), "b".repeat(40), "c".repeat(40)] as [string, string, string];
const built: BuiltCommits = { base: BASE, commits: [FIRST, HEAD], head: HEAD };
const BRANCH = "relyloop/x";

describe("what proves a branch ours", () => {
  const setUp = async () => {
    const { id, configRepoId, row } = await addReadyProposal(store.db);
    await markQueued(store.db, id);
    await claimRun(store.db, { proposalId: id, attempt: 1, jobId: "job", retryCount: 1 });
    const remember = (run: string) =>
      rememberCommits(store.db, createFence(store.db, id, run, 1), {
        configRepoId,
        branch: BRANCH,
        baseBranch: "main",
        attempt: 1,
        built,
      });
    return { id, configRepoId, row, remember };
  };

  it("is stored before it is pushed: the head, for which base, and in which repository", async () => {
    const { id, configRepoId, row, remember } = await setUp();
    await remember("job:1");
    expect(await row()).toMatchObject({
      pr_branch: BRANCH,
      pr_base_sha: BASE,
      pr_head_sha: HEAD,
      pr_head_attempt: 1,
    });
    expect(await listHeads(store.db, id)).toMatchObject([
      { config_repo_id: configRepoId, branch: BRANCH, base_branch: "main", head_sha: HEAD, attempt: 1 },
    ]);
  });

  it("is not stored by a run without the fence, which stops", async () => {
    const { id, row, remember } = await setUp();
    await expect(remember("job:0")).rejects.toThrow(FenceLost);
    expect(await row()).toMatchObject({ pr_head_sha: null });
    expect(await listHeads(store.db, id)).toEqual([]);
  });
});

describe("the push", () => {
  const push = async (answer: PushOutcome | Error, tip: string | null = null) => {
    const tips = vi.fn(async () => ({ base: tip, branch: tip }));
    const createBranch = vi.fn(async () => {
      if (answer instanceof Error) throw answer;
      return answer;
    });
    const git = { tips, createBranch } as unknown as RetryingGit;
    const error = await pushBranch(git, BRANCH, built).catch((thrown: unknown) => thrown);
    return { error, createBranch, tips };
  };

  it("creates the branch at the last commit", async () => {
    const { error, createBranch, tips } = await push({ kind: "created" });
    expect(error).toBeUndefined();
    expect(createBranch).toHaveBeenCalledExactlyOnceWith(BRANCH, built);
    expect(tips).not.toHaveBeenCalled();
  });

  it("is content where another run of the attempt pushed the same commits", async () => {
    expect((await push({ kind: "exists" }, HEAD)).error).toBeUndefined();
  });

  it("stops at a branch with any other tip, and at one that is gone again", async () => {
    for (const tip of [BASE, FIRST, null]) {
      expect((await push({ kind: "exists" }, tip)).error).toMatchObject({ code: "BRANCH_EXISTS" });
    }
  });

  it("that is refused says what GitHub said", async () => {
    expect(
      (await push({ kind: "rejected", reason: "GH013: Repository rule violations" })).error,
    ).toMatchObject({
      code: "PUSH_REJECTED",
      message: expect.stringContaining("GH013"),
    });
    expect((await push(new GitError("forbidden", "HTTP 403: read-only"))).error).toMatchObject({
      code: "PUSH_REJECTED",
      message: expect.stringContaining("read-only"),
    });
  });

  it("passes other trouble on", async () => {
    const trouble = new GitError("unreachable", "no answer");
    expect((await push(trouble)).error).toBe(trouble);
    const unknown = await push({ kind: "later" } as never);
    expect(unknown.error).toEqual(new TypeError("unknown outcome [object Object]"));
  });
});
