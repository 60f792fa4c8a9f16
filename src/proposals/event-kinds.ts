/** What can stand on a proposal's timeline; docs/design.md says what each means and holds. */
export const EVENT_KINDS = [
  "proposal_created",
  "open_pr_requested",
  "open_pr_started",
  "open_pr_step",
  "open_pr_waiting",
  "open_pr_requeued",
  "open_pr_failed",
  "pr_opened",
  "pr_merged",
  "proposal_rejected",
  "pr_closed",
  "branch_deleted",
  "close_pr_failed",
] as const;

export type EventKind = (typeof EVENT_KINDS)[number];
