import { describe, expect, it, vi } from "vitest";
import {
  type BuiltCommits,
  GitError,
  type GitErrorKind,
  type GitTransport,
  type PushOutcome,
} from "../../src/git/transport.ts";
import { RescheduleError } from "../../src/github/github-errors.ts";
import { FenceLost } from "../../src/jobs/open-pr/fence.ts";
import { createRetryingGit } from "../../src/jobs/retrying-git.ts";
import { createFakeClock } from "../support/fake-clock.ts";

const BASE = "a".repeat(40);
const HEAD = "b".repeat(40);
const OTHER = "c".repeat(40);
const built: BuiltCommits = { base: BASE, commits: [HEAD], head: HEAD };
const BRANCH = "relyloop/study-1";

const trouble = (kind: GitErrorKind, retryAfter_s?: number) =>
  new GitError(kind, `it is ${kind}`, retryAfter_s === undefined ? {} : { retryAfter_s });

/** Answers with the next of the list each time: what is an error is thrown. The last one stays. */
const answering = <T>(answers: (T | Error)[]) => {
  let next = 0;
  return vi.fn(async (): Promise<T> => {
    const answer = answers[Math.min(next++, answers.length - 1)];
    if (answer instanceof Error) throw answer;
    return answer as T;
  });
};

const setUp = (
  answers: {
    createBranch?: (PushOutcome | Error)[];
    /** Tips of the branch at each look. */
    looks?: (string | null | Error)[];
    deleteBranch?: Error[];
    readFile?: Error[];
    beforeWrite?: (undefined | Error)[];
  } = {},
) => {
  const clock = createFakeClock();
  const abort = new AbortController();
  const looks = (answers.looks ?? [null]).map((tip) =>
    tip instanceof Error ? tip : { base: tip, branch: tip },
  );
  const transport = {
    tips: answering(looks),
    readFile: answering([...(answers.readFile ?? []), { kind: "missing" as const }]),
    build: answering([built]),
    createBranch: answering<PushOutcome>(answers.createBranch ?? [{ kind: "created" }]),
    deleteBranch: answering([...(answers.deleteBranch ?? []), { kind: "deleted" as const }]),
    close: async () => undefined,
  } satisfies GitTransport;
  const asked: string[] = [];
  const renew = vi.fn(async () => undefined);
  const beforeWrite = answering<undefined>(answers.beforeWrite ?? [undefined]);
  const git = createRetryingGit({
    clock,
    random: () => 0,
    transport,
    tokens: {
      renew,
      token: async () => {
        asked.push("token");
        return "t";
      },
    },
    signal: abort.signal,
    beforeWrite: async () => {
      asked.push("permission");
      await beforeWrite();
    },
  });
  const push = () => git.createBranch(BRANCH, built).catch((error: unknown) => error);
  return { git, push, transport, renew, beforeWrite, asked, clock, abort };
};

describe("a push", () => {
  it("is allowed after the token is there, since minting one may take longer than a permission lasts", async () => {
    const { git, push, asked } = setUp();
    await push();
    await git.deleteBranch(BRANCH, built.head);
    expect(asked).toEqual(["token", "permission", "token", "permission"]);
  });

  it("that is answered is sent once, and nobody looks", async () => {
    for (const outcome of [
      { kind: "created" },
      { kind: "exists" },
      { kind: "rejected", reason: "GH013" },
    ] satisfies PushOutcome[]) {
      const { push, transport, beforeWrite } = setUp({ createBranch: [outcome] });
      expect(await push()).toEqual(outcome);
      expect(transport.createBranch).toHaveBeenCalledExactlyOnceWith(BRANCH, built);
      expect(transport.tips).not.toHaveBeenCalled();
      expect(beforeWrite).toHaveBeenCalledOnce();
    }
  });

  it.each<GitErrorKind>(["unreachable", "server"])(
    "without an answer (%s) that arrived is not sent again",
    async (kind) => {
      const { push, transport, clock } = setUp({ createBranch: [trouble(kind)], looks: [HEAD] });
      expect(await push()).toEqual({ kind: "created" });
      expect(transport.createBranch).toHaveBeenCalledOnce();
      expect(transport.tips).toHaveBeenCalledExactlyOnceWith(BRANCH, BRANCH);
      // The remote is given time to finish with it first.
      expect(clock.waits).toEqual([1_000]);
    },
  );

  it("without an answer finds that somebody else made the branch meanwhile", async () => {
    const { push, transport } = setUp({ createBranch: [trouble("unreachable")], looks: [OTHER] });
    expect(await push()).toEqual({ kind: "exists" });
    expect(transport.createBranch).toHaveBeenCalledOnce();
  });

  it("without an answer that did not arrive is sent again, with the fence asked again", async () => {
    const { push, transport, beforeWrite } = setUp({
      createBranch: [trouble("unreachable"), trouble("server"), { kind: "created" }],
    });
    expect(await push()).toEqual({ kind: "created" });
    expect(transport.createBranch).toHaveBeenCalledTimes(3);
    expect(transport.tips).toHaveBeenCalledTimes(2);
    expect(beforeWrite).toHaveBeenCalledTimes(3);
  });

  it("is sent three times at most, with a look after each, and ends in the remote's own error", async () => {
    const { push, transport } = setUp({ createBranch: [trouble("unreachable")] });
    expect(await push()).toEqual(trouble("unreachable"));
    expect(transport.createBranch).toHaveBeenCalledTimes(3);
    expect(transport.tips).toHaveBeenCalledTimes(3);
  });

  it("that arrived with the third try is not taken for lost", async () => {
    const { push } = setUp({ createBranch: [trouble("unreachable")], looks: [null, null, HEAD] });
    expect(await push()).toEqual({ kind: "created" });
  });

  it("is not sent again when the look after it fails for good", async () => {
    const { push, transport } = setUp({
      createBranch: [trouble("unreachable")],
      looks: [trouble("forbidden")],
    });
    expect(await push()).toEqual(trouble("forbidden"));
    expect(transport.createBranch).toHaveBeenCalledOnce();
  });

  it("is not sent at all once the fence is lost, nor sent again", async () => {
    const lost = new FenceLost("job:0");
    const first = setUp({ beforeWrite: [lost] });
    expect(await first.push()).toBe(lost);
    expect(first.transport.createBranch).not.toHaveBeenCalled();

    const again = setUp({ createBranch: [trouble("unreachable")], beforeWrite: [undefined, lost] });
    expect(await again.push()).toBe(lost);
    expect(again.transport.createBranch).toHaveBeenCalledOnce();
  });

  it("with a refused token gets another one, and asks the fence before the second try", async () => {
    const { push, renew, beforeWrite, clock } = setUp({
      createBranch: [trouble("unauthorized"), { kind: "created" }],
    });
    expect(await push()).toEqual({ kind: "created" });
    expect(renew).toHaveBeenCalledOnce();
    expect(beforeWrite).toHaveBeenCalledTimes(2);
    expect(clock.waits).toEqual([1_000]);
  });

  it("that is limited waits as long as it is told, here or in another job", async () => {
    const short = setUp({ createBranch: [trouble("rate_limited", 7), { kind: "created" }] });
    expect(await short.push()).toEqual({ kind: "created" });
    expect(short.clock.waits).toEqual([7_000]);
    expect(short.beforeWrite).toHaveBeenCalledTimes(2);

    const long = setUp({ createBranch: [trouble("rate_limited", 3_600)] });
    const error = await long.push();
    expect(error).toBeInstanceOf(RescheduleError);
    expect((error as RescheduleError).until).toEqual(new Date(long.clock.now() + 3_600_000));
  });

  it("whose answer nobody can read is looked for before it is sent again", async () => {
    const arrived = setUp({ createBranch: [trouble("protocol")], looks: [HEAD] });
    expect(await arrived.push()).toEqual({ kind: "created" });
    expect(arrived.transport.createBranch).toHaveBeenCalledOnce();
    expect(arrived.clock.waits).toEqual([1_000]);

    const lost = setUp({ createBranch: [trouble("protocol"), { kind: "created" }] });
    expect(await lost.push()).toEqual({ kind: "created" });
    expect(lost.transport.createBranch).toHaveBeenCalledTimes(2);

    const never = setUp({ createBranch: [trouble("protocol")] });
    expect(await never.push()).toEqual(trouble("protocol"));
    expect(never.transport.createBranch).toHaveBeenCalledTimes(3);
  });

  it.each([
    trouble("forbidden"),
    trouble("not_found"),
    trouble("too_large"),
    trouble("unsupported"),
    new GitError("protocol", "github.test answered 422", { status: 422 }),
  ])("that meets what does not pass ($kind) ends in it at once", async (refusal) => {
    const { push, transport, clock } = setUp({ createBranch: [refusal] });
    expect(await push()).toEqual(refusal);
    expect(transport.createBranch).toHaveBeenCalledOnce();
    expect(transport.tips).not.toHaveBeenCalled();
    expect(clock.waits).toEqual([]);
  });

  it("ends with the process", async () => {
    const { push, transport, abort } = setUp({ createBranch: [trouble("unreachable")] });
    const reason = new Error("the process is stopping");
    abort.abort(reason);
    expect(await push()).toBe(reason);
    expect(transport.createBranch).not.toHaveBeenCalled();
  });
});

describe("a read", () => {
  it("is repeated with growing waits, and asks no fence", async () => {
    const { git, transport, clock, beforeWrite } = setUp({
      looks: [trouble("server"), trouble("unreachable"), BASE],
    });
    expect(await git.tips("main", BRANCH)).toEqual({ base: BASE, branch: BASE });
    expect(transport.tips).toHaveBeenCalledTimes(3);
    expect(transport.tips).toHaveBeenLastCalledWith("main", BRANCH);
    expect(clock.waits).toEqual([500, 1_000]);
    await git.readFile(BASE, "x.params.json", ["chart.png"]);
    await git.build(BASE, []);
    expect(transport.readFile).toHaveBeenCalledExactlyOnceWith(BASE, "x.params.json", ["chart.png"]);
    expect(transport.build).toHaveBeenCalledExactlyOnceWith(BASE, []);
    expect(beforeWrite).not.toHaveBeenCalled();
  });

  it("with a refused token gets another one, twice", async () => {
    const { git, renew } = setUp({ readFile: Array.from({ length: 9 }, () => trouble("unauthorized")) });
    await expect(git.readFile(BASE, "x")).rejects.toEqual(trouble("unauthorized"));
    expect(renew).toHaveBeenCalledTimes(2);
  });
});

describe("a delete", () => {
  it("is repeated without a look, since it only ever deletes what is expected, and asks the fence each time", async () => {
    const { git, transport, beforeWrite } = setUp({ deleteBranch: [trouble("unreachable")] });
    expect(await git.deleteBranch(BRANCH, HEAD)).toEqual({ kind: "deleted" });
    expect(transport.deleteBranch).toHaveBeenCalledTimes(2);
    expect(transport.deleteBranch).toHaveBeenLastCalledWith(BRANCH, HEAD);
    expect(transport.tips).not.toHaveBeenCalled();
    expect(beforeWrite).toHaveBeenCalledTimes(2);
  });

  it("is not sent once the fence is lost", async () => {
    const lost = new FenceLost("job:0");
    const { git, transport } = setUp({ beforeWrite: [lost] });
    await expect(git.deleteBranch(BRANCH, HEAD)).rejects.toBe(lost);
    expect(transport.deleteBranch).not.toHaveBeenCalled();
  });
});
