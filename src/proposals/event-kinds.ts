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
  "check_refreshed",
  "refresh_requested",
  "pr_closed",
  "pr_reopened",
  "pr_converted_to_draft",
  "pr_ready_for_review",
  "pr_base_changed",
  "pr_head_changed",
  "pr_checks_changed",
  "pr_review_changed",
  "branch_deleted",
  "close_pr_failed",
] as const;

export type EventKind = (typeof EVENT_KINDS)[number];
