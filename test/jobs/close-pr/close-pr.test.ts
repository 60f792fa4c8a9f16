import { pino } from "pino";
import { describe, expect, it, vi } from "vitest";
import { listHeads, storeHead } from "../../../src/db/heads-store.ts";
import type { Pull } from "../../../src/github/pull.ts";
import { createClosePr } from "../../../src/jobs/close-pr/close-pr.ts";
import type { AccessOptions, ConfigRepoAccess } from "../../../src/jobs/config-repo-access.ts";
import { FenceLost } from "../../../src/jobs/open-pr/fence.ts";
import { closePrJob } from "../../../src/queue/job-data.ts";
import { addReadyProposal } from "../../actions/action-fixtures.ts";
import { useStore } from "../../db/store-fixtures.ts";
import { createFakeClock } from "../../support/fake-clock.ts";
import { aRun } from "../../support/job-run.ts";
import { BRANCH, OURS, pull, type Rejected, type Remote, rejectProposal } from "./rejected-proposal.ts";

const store = useStore();

interface Setting {
  recorded?: boolean;
  remote?: Remote;
  /** What GitHub lists for the branch. */
  listed?: Partial<Pull>[];
  /** What GitHub has under the recorded number. */
  numbered?: Partial<Pull>;
}

const setUp = async ({ listed = [], numbered = {}, ...setting }: Setting = {}) => {
  const rejected = await rejectProposal(store.db, setting);
  const opened: AccessOptions[] = [];
  const close = vi.fn(async () => undefined);
  const openConfigRepo = (options: AccessOptions): ConfigRepoAccess => {
    opened.push(options);
    const { github_repo_id } = options.configRepo;
    const here = { head_repo_id: github_repo_id, base_repo_id: github_repo_id };
    const { access } = rejected.context;
    return {
      ...access,
      ready: async () => undefined,
      close,
      pulls: {
        ...access.pulls,
        getPull: async (number: number) => {
          rejected.asked.push(`get ${number}`);
          return { ...pull, ...here, ...numbered };
        },
        findPulls: async () => listed.map((one) => ({ ...pull, ...here, ...one })),
      },
    } as ConfigRepoAccess;
  };
  const closePr = createClosePr({
    db: store.db,
    queue: { send: async () => undefined },
    openConfigRepo,
    clock: createFakeClock(),
    log: pino({ level: "silent" }),
    redact: (text) => text,
  });
  const run = (config_repo_id = rejected.configRepoId) =>
    closePr(
      closePrJob({ proposal_id: rejected.id, config_repo_id, actor: null, cause: "reject", request_id: "r" }),
      aRun(),
    );
  return { ...rejected, opened, close, run };
};

const DELETED = `delete ${BRANCH} at ${OURS}`;
const cleanedAt = async ({ id }: Pick<Rejected, "id">) => (await listHeads(store.db, id))[0]?.cleaned_at;

describe("close_pr", () => {
  it("closes the recorded pull request, deletes the branch, and remembers that nothing is left", async () => {
    const proposal = await setUp({ remote: { tip: OURS } });
    await proposal.run();
    expect(proposal.asked).toEqual(["get 7", "comment", "close 7", DELETED]);
    expect((await proposal.events()).map(({ kind }) => kind)).toEqual(["pr_closed", "branch_deleted"]);
    expect(await cleanedAt(proposal)).toBeInstanceOf(Date);
    expect(proposal.opened).toMatchObject([{ purpose: "write" }]);
    expect(proposal.close).toHaveBeenCalledOnce();
  });

  it("finds one that was not recorded by its head, and leaves others alone", async () => {
    const ours = await setUp({ recorded: false, remote: { tip: OURS }, listed: [{}] });
    await ours.run();
    expect(ours.asked).toEqual(["comment", "close 7", DELETED]);

    const theirs = await setUp({ recorded: false, listed: [{ author_login: "mallory" }] });
    await theirs.run();
    expect(theirs.asked).toEqual([]);
  });

  it("takes a merge for what it is, and deletes the branch the same way", async () => {
    const merged = { state: "closed" as const, merged_at: "2026-11-22T12:00:02Z" };
    const proposal = await setUp({ remote: { tip: OURS }, numbered: merged });
    await proposal.run();
    expect(proposal.asked).toEqual(["get 7", DELETED]);
    expect(await proposal.row()).toMatchObject({ status: "pr_merged" });
  });

  it("in another repository than the recorded pull request's does not touch the number there", async () => {
    const proposal = await setUp({
      remote: { tip: null },
      listed: [{ number: 9, head_sha: "d".repeat(40) }],
    });
    const { configRepoId: elsewhere } = await addReadyProposal(store.db);
    const head = { branch: BRANCH, base_branch: "main", head_sha: "d".repeat(40), attempt: 1 };
    await storeHead(store.db, { proposal_id: proposal.id, config_repo_id: elsewhere, ...head });
    await proposal.run(elsewhere);
    expect(proposal.asked, "what was left there is closed by its head").toEqual(["comment", "close 9"]);
    expect(proposal.opened[0]?.configRepo.id).toBe(elsewhere);
    expect(await proposal.row(), "the recorded one is open still").toMatchObject({ pr_state: "open" });
  });

  it("of a merged proposal only deletes the branch", async () => {
    const proposal = await setUp({ remote: { tip: OURS } });
    const merged = { status: "pr_merged" as const, pr_merged_at: new Date() };
    await store.db.updateTable("proposals").set(merged).where("id", "=", proposal.id).execute();
    await proposal.run();
    expect(proposal.asked).toEqual([DELETED]);
    expect((await proposal.events()).map(({ kind }) => kind)).toEqual(["branch_deleted"]);
    expect(await cleanedAt(proposal)).toBeInstanceOf(Date);
  });

  it("takes a merge at the moment it closes the pull request for what it is", async () => {
    const closes = { state: "closed" as const, merged_at: "2026-11-22T12:00:02Z" };
    const proposal = await setUp({ remote: { tip: OURS, closes } });
    await proposal.run();
    expect(proposal.asked).toEqual(["get 7", "comment", "close 7", DELETED]);
    expect(await proposal.row()).toMatchObject({ status: "pr_merged", rejected_reason: "Not now" });
    expect((await proposal.events()).map(({ kind }) => kind)).toEqual(["pr_merged", "branch_deleted"]);
  });

  it.each(["pending", "pr_opened"] as const)("does nothing for a proposal that is %s", async (status) => {
    const proposal = await setUp({ remote: { tip: OURS } });
    const changes = { status, pr_merged_at: new Date() };
    await store.db.updateTable("proposals").set(changes).where("id", "=", proposal.id).execute();
    await proposal.run();
    expect(proposal.opened).toEqual([]);
    expect(await proposal.events()).toEqual([]);
  });

  it("does nothing where nothing was about to be pushed", async () => {
    const proposal = await setUp();
    const { configRepoId: elsewhere } = await addReadyProposal(store.db);
    await proposal.run(elsewhere);
    expect(proposal.opened).toEqual([]);
  });

  it("asks before each write whether the proposal is still rejected", async () => {
    const proposal = await setUp();
    await proposal.run();
    const beforeWrite = proposal.opened[0]?.beforeWrite ?? (() => Promise.reject(new Error("not opened")));
    await expect(beforeWrite()).resolves.toBeUndefined();
    const set = async (status: "pending" | "pr_merged") =>
      store.db
        .updateTable("proposals")
        .set({ status, pr_merged_at: new Date() })
        .where("id", "=", proposal.id)
        .execute();
    await set("pr_merged");
    await expect(beforeWrite(), "its branch goes the same way").resolves.toBeUndefined();
    await set("pending");
    await expect(beforeWrite()).rejects.toThrow(FenceLost);
  });
});
