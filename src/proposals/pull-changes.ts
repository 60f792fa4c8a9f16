import type { EventKind } from "./event-kinds.ts";
import type { ChecksVerdict, ReviewVerdict } from "./pull-verdicts.ts";

/** A pull request as its proposal mirrors it. */
export interface MirroredPull {
  number: number;
  url: string;
  state: "open" | "closed" | "merged";
  draft: boolean;
  /** null: not known yet. */
  baseRef: string | null;
  headSha: string | null;
  checks: ChecksVerdict;
  review: ReviewVerdict;
}

export interface PullChange {
  kind: EventKind;
  data: Record<string, unknown>;
}

/**
 * What the timeline tells of the way from one to the other, in the order people would tell it. A merge is told by
 * whoever records it.
 * @param rejected its proposal is: then closing it is what the rejection asked for
 */
export const pullChanges = (
  before: MirroredPull,
  after: MirroredPull,
  { rejected }: { rejected: boolean },
): PullChange[] => {
  const changes: PullChange[] = [];
  const told = { pr_number: after.number, pr_url: after.url };
  const tell = (kind: EventKind, from: string | null, to: string | null) => {
    if (from !== to) changes.push({ kind, data: { from, to } });
  };
  if (before.draft !== after.draft) {
    const kind = after.draft ? "pr_converted_to_draft" : "pr_ready_for_review";
    changes.push({ kind, data: { pr_number: after.number } });
  }
  if (before.baseRef !== null) tell("pr_base_changed", before.baseRef, after.baseRef);
  if (before.headSha !== null) tell("pr_head_changed", before.headSha, after.headSha);
  tell("pr_checks_changed", before.checks, after.checks);
  tell("pr_review_changed", before.review, after.review);
  if (before.state !== after.state && after.state === "closed") changes.push(pullClosed(told, rejected));
  if (before.state !== after.state && after.state === "open")
    changes.push({ kind: "pr_reopened", data: told });
  return changes;
};

/** `cause` tells whether the proposal had been rejected by then, or people closed it on GitHub. */
export const pullClosed = (told: { pr_number: number; pr_url: string }, rejected: boolean): PullChange => ({
  kind: "pr_closed",
  data: { ...told, cause: rejected ? "rejection" : "github" },
});
