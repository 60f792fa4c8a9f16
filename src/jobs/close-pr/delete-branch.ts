import { isDeepStrictEqual } from "node:util";
import type { Db } from "../../db/connect.ts";
import { appendNews, type NewEvent } from "../../db/events-store.ts";
import type { CloseContext } from "./close-context.ts";
import type { ClosePrDeps } from "./close-pr.ts";

/** Deletes the branch while its tip is one of ours: with commits of a person on top it is theirs, and stays. */
export const deleteBranch = async (
  deps: Pick<ClosePrDeps, "db" | "redact">,
  { proposal, heads, access, log }: CloseContext,
  { branch, baseBranch }: { branch: string; baseBranch: string },
): Promise<void> => {
  const { branch: tip } = await access.git.tips(baseBranch, branch);
  // Gone: GitHub's own setting, a person, or an earlier run that died before it could say so.
  if (tip === null) return tellDeleted(deps.db, proposal.id, branch);
  if (!heads.some(({ head_sha }) => head_sha === tip)) return;
  const outcome = await access.git.deleteBranch(branch, tip);
  const ended = proposal.status === "pr_merged" ? "merged" : "rejected";
  log.info({ branch, outcome: outcome.kind }, `the branch of a ${ended} proposal`);
  switch (outcome.kind) {
    case "deleted":
    case "absent":
      return tellDeleted(deps.db, proposal.id, branch);
    case "moved":
      return;
    case "rejected":
      return tellRejected(deps.db, proposal.id, { branch, message: deps.redact(outcome.reason) });
    default:
      throw new TypeError(`unknown outcome ${outcome satisfies never}`);
  }
};

const tellDeleted = (db: Db, proposalId: string, branch: string): Promise<void> =>
  tell(db, { proposalId, kind: "branch_deleted", data: { branch } }, (last) => last === undefined);

const tellRejected = (
  db: Db,
  proposalId: string,
  said: { branch: string; message: string },
): Promise<void> => {
  const data = { ...said, code: "PUSH_REJECTED" };
  return tell(db, { proposalId, kind: "close_pr_failed", data }, (last) => !isDeepStrictEqual(last, data));
};

const tell = (db: Db, ...news: [NewEvent, (last?: Record<string, unknown>) => boolean]): Promise<void> =>
  db.transaction().execute((trx) => appendNews(trx, ...news));
