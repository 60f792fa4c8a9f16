import { pino } from "pino";
import { vi } from "vitest";
import type { Db } from "../../../src/db/connect.ts";
import { type HeadRow, listHeads, storeHead } from "../../../src/db/heads-store.ts";
import {
  claimRun,
  markQueued,
  markRejected,
  recordOpened,
  storeCommits,
} from "../../../src/db/open-pr-store.ts";
import type { ProposalRow } from "../../../src/db/proposals-store.ts";
import type { DeleteOutcome, Oid } from "../../../src/git/transport.ts";
import type { EnsureComment } from "../../../src/github/comments.ts";
import type { Pull } from "../../../src/github/pull.ts";
import type { CloseContext } from "../../../src/jobs/close-pr/close-context.ts";
import { addReadyProposal, type Ready } from "../../actions/action-fixtures.ts";

export const BRANCH = "relyloop/study-1";
export const [OURS, THEIRS] = ["b".repeat(40), "c".repeat(40)] as [Oid, Oid];

export const CLOSED_AT = "2026-11-22T12:00:05Z";
export const pull: Pull = {
  number: 7,
  html_url: "https://github.com/acme/configs/pull/7",
  state: "open",
  merged_at: null,
  head_sha: OURS,
  head_ref: BRANCH,
  head_repo_id: 42,
  base_ref: "main",
  base_repo_id: 42,
  author_login: "relyloop[bot]",
  updated_at: "2026-11-22T12:00:00Z",
  draft: false,
};

export interface Remote {
  /** Of our branch. */
  tip?: Oid | null;
  deletes?: DeleteOutcome;
  /** What GitHub answers to closing. */
  closes?: Partial<Pull>;
  commentFails?: Error;
}

export interface Rejected extends Ready {
  heads: HeadRow[];
  context: CloseContext;
  /** What was asked of GitHub, in order. */
  asked: string[];
  comments: EnsureComment[];
  logged: Record<string, unknown>[];
}

/**
 * A rejected proposal whose pull request was recorded, or only pushed.
 * @param options.waits whether the job may still wait for GitHub
 */
export const rejectProposal = async (
  db: Db,
  {
    recorded = true,
    waits = true,
    remote = {},
  }: { recorded?: boolean; waits?: boolean; remote?: Remote } = {},
): Promise<Rejected> => {
  const ready = await addReadyProposal(db);
  const head = { branch: BRANCH, base_branch: "main", head_sha: OURS, attempt: 1 };
  await storeHead(db, { proposal_id: ready.id, config_repo_id: ready.configRepoId, ...head });
  await markQueued(db, ready.id);
  await claimRun(db, { proposalId: ready.id, attempt: 1, jobId: "job", retryCount: 0 });
  const commits = { branch: BRANCH, baseSha: "a".repeat(40), headSha: OURS, attempt: 1 };
  await storeCommits(db, ready.id, "job:0", commits);
  if (recorded) {
    await recordOpened(db, ready.id, "job:0", {
      url: pull.html_url,
      number: 7,
      configRepoId: ready.configRepoId,
      state: "open",
      draft: false,
      baseRef: "main",
      updatedAt: new Date(pull.updated_at),
    });
  }
  await markRejected(db, ready.id, "Not now");
  const asked: string[] = [];
  const comments: EnsureComment[] = [];
  const logged: Record<string, unknown>[] = [];
  const access = {
    comments: {
      ensureComment: vi.fn(async (comment: EnsureComment) => {
        asked.push("comment");
        comments.push(comment);
        if (remote.commentFails !== undefined) throw remote.commentFails;
      }),
    },
    pulls: {
      closePull: async (number: number): Promise<Pull> => {
        asked.push(`close ${number}`);
        return { ...pull, state: "closed", updated_at: CLOSED_AT, ...remote.closes };
      },
    },
    git: {
      tips: async () => ({ base: "a".repeat(40), branch: remote.tip ?? null }),
      deleteBranch: async (branch: string, expected: Oid) => {
        asked.push(`delete ${branch} at ${expected}`);
        return remote.deletes ?? { kind: "deleted" };
      },
    },
    botLogin: async () => "relyloop[bot]",
  } as unknown as CloseContext["access"];
  const heads = await listHeads(db, ready.id);
  const proposal = (await ready.row()) as ProposalRow;
  const log = pino({}, { write: (line: string) => void logged.push(JSON.parse(line)) });
  const actor = { token: "ui", person: "Ada" };
  const context = { proposal, heads, recorded, access, mayWait: () => waits, actor, log };
  return { ...ready, heads, context, asked, comments, logged };
};
