import { randomBytes } from "node:crypto";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { type HeadRow, listHeads, storeHead } from "../../../src/db/heads-store.ts";
import { markRejected } from "../../../src/db/open-pr-store.ts";
import type { ProposalRow } from "../../../src/db/proposals-store.ts";
import type { DeleteOutcome, Oid } from "../../../src/git/transport.ts";
import type { Pull } from "../../../src/github/pull.ts";
import { isLeftBehind, type LookInput, lookAtRemote } from "../../../src/jobs/open-pr/look-at-remote.ts";
import { addReadyProposal } from "../../actions/action-fixtures.ts";
import { addProposal, addStudy, useStore } from "../../db/store-fixtures.ts";

const store = useStore();
const [BASE, OURS, THEIRS] = ["a".repeat(40), "b".repeat(40), "c".repeat(40)] as [Oid, Oid, Oid];
const BRANCH = "relyloop/study-1";
const BOT = "relyloop[bot]";
const REPOSITORY = 42;

let here: string;
let elsewhere: string;
beforeAll(async () => {
  here = (await addReadyProposal(store.db)).configRepoId;
  elsewhere = (await addReadyProposal(store.db)).configRepoId;
});

const aPull = (changes: Partial<Pull> = {}): Pull => ({
  number: 7,
  html_url: "https://github.com/acme/configs/pull/7",
  state: "open",
  merged_at: null,
  head_sha: OURS,
  head_ref: BRANCH,
  head_repo_id: REPOSITORY,
  base_ref: "main",
  base_repo_id: REPOSITORY,
  author_login: BOT,
  updated_at: "2026-11-22T12:00:00Z",
  draft: false,
  ...changes,
});

interface Ours {
  proposal: ProposalRow;
  heads: HeadRow[];
}

const inputOf = ({ proposal, heads }: Ours, tip: Oid | null) =>
  ({
    proposal,
    attempt: 2,
    configRepo: { id: here, owner: "acme", github_repo_id: REPOSITORY, pr_base_branch: "main" },
    branch: BRANCH,
    tips: { base: BASE, branch: tip },
    heads,
  }) as unknown as LookInput;

/** A look, in the second attempt, at a remote with these pull requests and this tip. */
const look = async (ours: Ours, remote: { tip: Oid | null; pulls?: Pull[]; deletes?: DeleteOutcome }) => {
  const findPulls = vi.fn(async () => remote.pulls ?? []);
  const deleteBranch = vi.fn(async (): Promise<DeleteOutcome> => remote.deletes ?? { kind: "deleted" });
  const access = {
    pulls: { findPulls },
    git: { deleteBranch },
    botLogin: async () => BOT,
  } as unknown as Parameters<typeof lookAtRemote>[1];
  const input = inputOf(ours, remote.tip);
  const outcome = await lookAtRemote(store.db, access, input).catch((error: unknown) => error);
  return { outcome, findPulls, deleteBranch };
};

const fresh = async (): Promise<Ours> => ({
  proposal: await addProposal(store.db, await addStudy(store.db)),
  heads: [],
});

const remember = async (proposalId: string, attempt: number, head_sha: Oid, config_repo_id = here) => {
  const head = { proposal_id: proposalId, config_repo_id, branch: BRANCH, base_branch: "main" };
  await storeHead(store.db, { ...head, head_sha, attempt });
};

/** One that stored these heads before pushing, the last one last. */
const withHeads = async (...heads: [attempt: number, sha: Oid][]): Promise<Ours> => {
  const { proposal } = await fresh();
  for (const [attempt, sha] of heads) await remember(proposal.id, attempt, sha);
  const [pr_head_attempt, pr_head_sha] = heads.at(-1) ?? [0, OURS];
  return {
    proposal: { ...proposal, pr_head_sha, pr_head_attempt },
    heads: await listHeads(store.db, proposal.id, here),
  };
};
const withHead = (attempt: number) => withHeads([attempt, OURS]);

describe("a first run", () => {
  it("finds nothing where there is no branch, and asks for no pull request", async () => {
    const { outcome, findPulls } = await look(await fresh(), { tip: null });
    expect(outcome).toEqual({ kind: "nothing" });
    expect(findPulls).not.toHaveBeenCalled();
  });

  it("takes no branch for its own, not even one at the base", async () => {
    for (const tip of [BASE, THEIRS]) {
      const { outcome, deleteBranch } = await look(await fresh(), { tip });
      expect(outcome).toMatchObject({ code: "BRANCH_EXISTS" });
      expect(deleteBranch).not.toHaveBeenCalled();
    }
  });
});

describe("a run after another one", () => {
  it("adopts the pull request of the stored commit, open, closed or merged", async () => {
    for (const changes of [
      { state: "open" },
      { state: "closed" },
      { state: "closed", merged_at: "2026-11-22T12:00:00Z" },
    ] satisfies Partial<Pull>[]) {
      const pull = aPull(changes);
      const { outcome, findPulls, deleteBranch } = await look(await withHead(2), {
        tip: OURS,
        pulls: [pull],
      });
      expect(outcome).toEqual({ kind: "opened", pull });
      expect(findPulls).toHaveBeenCalledExactlyOnceWith({ headOwner: "acme", branch: BRANCH });
      expect(deleteBranch).not.toHaveBeenCalled();
    }
  });

  it("adopts it also when its branch is gone, and when it is of an earlier attempt", async () => {
    expect((await look(await withHead(2), { tip: null, pulls: [aPull()] })).outcome).toMatchObject({
      kind: "opened",
    });
    expect((await look(await withHead(1), { tip: OURS, pulls: [aPull()] })).outcome).toMatchObject({
      kind: "opened",
    });
  });

  it.each<[string, Partial<Pull>]>([
    ["of another commit", { head_sha: THEIRS }],
    ["of a fork", { head_repo_id: 43 }],
    ["for another base than it was made for", { base_ref: "develop" }],
    ["by somebody else", { author_login: "mallory" }],
  ])("adopts no pull request %s", async (_what, changes) => {
    const { outcome } = await look(await withHead(2), { tip: OURS, pulls: [aPull(changes)] });
    expect(outcome).toMatchObject({ kind: "pushed", head: { head_sha: OURS, attempt: 2 } });
  });

  it("goes on from the branch its attempt pushed", async () => {
    const { outcome, deleteBranch } = await look(await withHead(2), { tip: OURS });
    expect(outcome).toMatchObject({ kind: "pushed", head: { head_sha: OURS, attempt: 2 } });
    expect(deleteBranch).not.toHaveBeenCalled();
  });

  it("begins anew when its branch did not arrive", async () => {
    expect((await look(await withHead(2), { tip: null })).outcome).toEqual({ kind: "nothing" });
  });

  it("leaves a branch alone that is not at the stored commit", async () => {
    const { outcome, deleteBranch } = await look(await withHead(2), { tip: THEIRS });
    expect(outcome).toMatchObject({ code: "BRANCH_EXISTS", message: expect.stringContaining(BRANCH) });
    expect(deleteBranch).not.toHaveBeenCalled();
  });
});

describe("a new attempt", () => {
  it.each<DeleteOutcome>([{ kind: "deleted" }, { kind: "absent" }])(
    "clears away what an earlier one left, only while it is that (%j)",
    async (deletes) => {
      const { outcome, deleteBranch } = await look(await withHead(1), { tip: OURS, deletes });
      expect(outcome).toEqual({ kind: "nothing" });
      expect(deleteBranch).toHaveBeenCalledExactlyOnceWith(BRANCH, OURS);
    },
  );

  it("stops before a branch somebody moved meanwhile", async () => {
    const { outcome } = await look(await withHead(1), { tip: OURS, deletes: { kind: "moved", tip: THEIRS } });
    expect(outcome).toMatchObject({ code: "BRANCH_EXISTS" });
  });

  it("says why GitHub does not let it delete its own", async () => {
    const deletes = { kind: "rejected", reason: "GH006: Protected branch" } as const;
    const { outcome } = await look(await withHead(1), { tip: OURS, deletes });
    expect(outcome).toMatchObject({ code: "PUSH_REJECTED", message: expect.stringContaining("GH006") });
    const unknown = await look(await withHead(1), { tip: OURS, deletes: { kind: "later" } as never });
    expect(unknown.outcome).toEqual(new TypeError("unknown outcome [object Object]"));
  });
});

describe("an earlier head that arrived late", () => {
  const LATE = "d".repeat(40);

  it("is ours too: its pull request is adopted", async () => {
    const pull = aPull({ head_sha: LATE });
    const { outcome } = await look(await withHeads([2, LATE], [2, OURS]), { tip: LATE, pulls: [pull] });
    expect(outcome).toEqual({ kind: "opened", pull });
  });

  it("is not gone on from, but cleared away", async () => {
    const { outcome, deleteBranch } = await look(await withHeads([2, LATE], [2, OURS]), { tip: LATE });
    expect(outcome).toEqual({ kind: "nothing" });
    expect(deleteBranch).toHaveBeenCalledExactlyOnceWith(BRANCH, LATE);
  });
});

describe("a branch of another proposal of the study", () => {
  const afterSibling = async (status: "rejected" | "pr_merged", repository = here) => {
    const study = await addStudy(store.db);
    const before = await addProposal(store.db, study);
    const left = randomBytes(20).toString("hex");
    await remember(before.id, 1, left, repository);
    await markRejected(store.db, before.id, null);
    const ended = { status, pr_merged_at: status === "pr_merged" ? new Date() : null };
    await store.db.updateTable("proposals").set(ended).where("id", "=", before.id).execute();
    return { ours: { proposal: await addProposal(store.db, study), heads: [] }, left };
  };

  it.each(["rejected", "pr_merged"] as const)(
    "that is %s is cleared away by the next one",
    async (status) => {
      const { ours, left } = await afterSibling(status);
      const { outcome, deleteBranch } = await look(ours, { tip: left });
      expect(outcome).toEqual({ kind: "nothing" });
      expect(deleteBranch).toHaveBeenCalledExactlyOnceWith(BRANCH, left);
    },
  );

  it("is left alone where it has moved, and where that one pushed to another repository", async () => {
    const here = await afterSibling("rejected");
    expect((await look(here.ours, { tip: THEIRS })).outcome).toMatchObject({ code: "BRANCH_EXISTS" });
    const there = await afterSibling("rejected", elsewhere);
    const { outcome, deleteBranch } = await look(there.ours, { tip: there.left });
    expect(outcome).toMatchObject({ code: "BRANCH_EXISTS" });
    expect(deleteBranch).not.toHaveBeenCalled();
  });
});

describe("what a press would clear away", () => {
  it("is a branch of ours, and nothing where there is none", async () => {
    const left = async (ours: Ours, tip: Oid | null) => isLeftBehind(store.db, inputOf(ours, tip));
    expect(await left(await withHead(1), OURS)).toBe(true);
    expect(await left(await withHead(1), THEIRS)).toBe(false);
    expect(await left(await withHead(1), null)).toBe(false);
  });
});
