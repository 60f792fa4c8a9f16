import type { BranchRule } from "../world.ts";

/** Everything this GitHub remembers besides git's own data; the content of `state.json`. Times are ISO 8601, UTC. */
export interface State {
  format: 1;
  /** False until the first start has made its example organisation; a start that died before that begins anew. */
  seeded: boolean;
  /** Ids of every kind come out of one sequence, so that no id of one kind is mistaken for another's. */
  last_id: number;
  settings: { stateless_tokens: boolean };
  app: AppRecord;
  accounts: AccountRecord[];
  repositories: RepositoryRecord[];
  installations: InstallationRecord[];
  tokens: TokenRecord[];
  pulls: PullRecord[];
  comments: CommentRecord[];
  reviews: ReviewRecord[];
  check_suites: CheckSuiteRecord[];
  check_runs: CheckRunRecord[];
  statuses: StatusRecord[];
  reactions: ReactionRecord[];
}

export type RepositoryRole = "admin" | "maintain" | "write" | "triage" | "read" | "none";
export type Level = "read" | "write" | "admin";
export type Permissions = Record<string, Level>;

export interface AppRecord {
  id: number;
  slug: string;
  name: string;
  owner_id: number;
  bot_id: number;
  permissions: Permissions;
  events: string[];
  /** Where people are led after installing it. Unset: nowhere. */
  setup_url?: string | null;
  /** Whether they are led there after changing an installation, too. */
  setup_on_update?: boolean;
  created_at: string;
}

export interface AccountRecord {
  id: number;
  login: string;
  type: "Organization" | "User" | "Bot";
  /** Of an organisation: ids of the people who belong to it. */
  member_ids: number[];
  created_at: string;
}

export interface RepositoryRecord {
  id: number;
  owner_id: number;
  name: string;
  /** Id of the repository this one was forked from. */
  fork_of: number | null;
  /** Lower-case `owner/name` it was once found under. */
  former_names: string[];
  default_branch: string;
  private: boolean;
  archived: boolean;
  branch_rule: BranchRule | null;
  /** By account id. */
  collaborators: Record<string, RepositoryRole>;
  created_at: string;
  updated_at: string;
  pushed_at: string;
}

export interface InstallationRecord {
  id: number;
  account_id: number;
  repository_selection: "all" | "selected";
  /** Meaningless while the selection is `all`. */
  repository_ids: number[];
  permissions: Permissions;
  suspended_at: string | null;
  created_at: string;
  updated_at: string;
}

export interface TokenRecord {
  /** The token itself is never stored. */
  sha256: string;
  installation_id: number;
  /** Null: whatever the installation covers at the time. */
  repository_ids: number[] | null;
  permissions: Permissions;
  expires_at: string;
}

export interface PullRecord {
  id: number;
  repository_id: number;
  number: number;
  title: string;
  body: string | null;
  user_id: number;
  draft: boolean;
  maintainer_can_modify: boolean;
  state: "open" | "closed";
  /** The repository itself, or a fork of it. */
  head_repository_id: number;
  head_ref: string;
  head_sha: string;
  base_ref: string;
  base_sha: string;
  /** Tip of the base branch when git was last compared with this record. */
  base_tip: string;
  created_at: string;
  updated_at: string;
  closed_at: string | null;
  merged_at: string | null;
  merged_by_id: number | null;
  merge_commit_sha: string | null;
}

export interface CommentRecord {
  id: number;
  repository_id: number;
  number: number;
  user_id: number;
  body: string;
  created_at: string;
  updated_at: string;
}

export interface ReviewRecord {
  id: number;
  repository_id: number;
  number: number;
  user_id: number;
  body: string;
  state: "APPROVED" | "CHANGES_REQUESTED" | "COMMENTED" | "DISMISSED";
  commit_id: string;
  submitted_at: string;
}

/** An app as its checks show it: ours, or another one such as a CI. */
export interface CheckAppRecord {
  id: number;
  slug: string;
  name: string;
}

/** The check runs of one app on one commit. */
export interface CheckSuiteRecord {
  id: number;
  repository_id: number;
  head_sha: string;
  head_branch: string | null;
  app: CheckAppRecord;
  created_at: string;
  updated_at: string;
}

export interface CheckRunRecord {
  id: number;
  repository_id: number;
  suite_id: number;
  app: CheckAppRecord;
  head_sha: string;
  name: string;
  external_id: string | null;
  details_url: string | null;
  status: "queued" | "in_progress" | "completed";
  conclusion: string | null;
  started_at: string | null;
  completed_at: string | null;
  output: { title: string | null; summary: string | null; text: string | null; annotations_count: number };
}

export interface StatusRecord {
  id: number;
  repository_id: number;
  sha: string;
  state: "pending" | "success" | "failure" | "error";
  context: string;
  description: string | null;
  target_url: string | null;
  creator_id: number;
  created_at: string;
  updated_at: string;
}

export const REACTIONS = ["+1", "-1", "laugh", "confused", "heart", "hooray", "rocket", "eyes"] as const;

export interface ReactionRecord {
  id: number;
  repository_id: number;
  comment_id: number;
  user_id: number;
  content: (typeof REACTIONS)[number];
  created_at: string;
}
