import type { Db } from "../../db/connect.ts";
import { findProposal, type ProposalRow } from "../../db/proposals-store.ts";
import { addMirror, findMirror, type PullMirrorRow } from "../../db/pull-mirrors-store.ts";
import { findRepoTarget } from "../../db/targets-store.ts";
import { notConfiguredReason } from "../../registry/not-configured.ts";
import type { WritableRepo } from "../../registry/require-writable.ts";

/** A pull request that can still change, with where it is read. */
export interface Mirrored extends WritableRepo {
  proposal: ProposalRow;
  /** GitHub's number in the config repo. */
  number: number;
  mirror: PullMirrorRow;
}

export type MirroredOutcome =
  | { kind: "mirrored"; mirrored: Mirrored }
  /** There is nothing to read, or nothing to read it with. */
  | { kind: "skipped"; reason: string };

/** Loads what a mirror job is about. A merged proposal is final, so there is nothing to read for it any more. */
export const loadMirrored = async (db: Db, proposalId: string): Promise<MirroredOutcome> => {
  const proposal = await findProposal(db, proposalId);
  if (proposal === undefined || !["pr_opened", "rejected"].includes(proposal.status)) {
    return { kind: "skipped", reason: proposal?.status ?? "unknown_proposal" };
  }
  const { pr_number: number, pr_config_repo_id } = proposal;
  if (number === null || pr_config_repo_id === null) return { kind: "skipped", reason: "not_recorded" };
  const { configRepo, installation } = await findRepoTarget(db, pr_config_repo_id);
  if (configRepo === undefined || installation === undefined) {
    return { kind: "skipped", reason: "uninstalled" };
  }
  const reason = notConfiguredReason({ credentials: true, installation, configRepo });
  // What is missing for these is for writing; whether reading is granted is found out with the token.
  const isReadable = reason === null || reason === "permission_pending" || reason === "archived";
  if (!isReadable) return { kind: "skipped", reason };
  const mirror = await findMirror(db, proposalId);
  if (mirror === undefined) {
    await addMirror(db, proposalId, proposal.pr_head_sha);
    return loadMirrored(db, proposalId);
  }
  return { kind: "mirrored", mirrored: { proposal, number, configRepo, installation, mirror } };
};
