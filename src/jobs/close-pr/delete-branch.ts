import type { Db } from "../../db/connect.ts";
import { appendEvent, appendNews } from "../../db/events-store.ts";
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
  if (tip === null) return tell(deps.db, proposal.id, branch);
  if (!heads.some(({ head_sha }) => head_sha === tip)) return;
  const outcome = await access.git.deleteBranch(branch, tip);
  const ended = proposal.status === "pr_merged" ? "merged" : "rejected";
  log.info({ branch, outcome: outcome.kind }, `the branch of a ${ended} proposal`);
  switch (outcome.kind) {
    case "deleted":
    case "absent":
      return tell(deps.db, proposal.id, branch);
    case "moved":
      return;
    case "rejected": {
      const data = { branch, code: "PUSH_REJECTED", message: deps.redact(outcome.reason) };
      return appendEvent(deps.db, { proposalId: proposal.id, kind: "close_pr_failed", data });
    }
    default:
      throw new TypeError(`unknown outcome ${outcome satisfies never}`);
  }
};

const tell = (db: Db, proposalId: string, branch: string): Promise<void> =>
  db
    .transaction()
    .execute((trx) =>
      appendNews(trx, { proposalId, kind: "branch_deleted", data: { branch } }, (last) => last === undefined),
    );
