import type { ColumnType, Generated, JSONColumnType } from "kysely";
import type { ConfigDiff, DeclaredParams } from "../proposals/config-diff.ts";

/** The tables as Kysely sees them; migrations/ is the truth, this follows it. */
export interface Database {
  installations: InstallationsTable;
  config_repos: ConfigReposTable;
  clusters: ClustersTable;
  query_templates: QueryTemplatesTable;
  studies: StudiesTable;
  trials: TrialsTable;
  digests: DigestsTable;
  proposals: ProposalsTable;
  proposal_heads: ProposalHeadsTable;
  proposal_events: ProposalEventsTable;
  pull_mirrors: PullMirrorsTable;
  webhook_deliveries: WebhookDeliveriesTable;
  reconciliations: ReconciliationsTable;
}

/** Set by the database when it is not given. */
type Stamp = ColumnType<Date, Date | string | undefined, Date | string>;
type NullableTime = ColumnType<Date | null, Date | string | null | undefined, Date | string | null>;
type Json<T> = JSONColumnType<T & object, string, string>;

export type InstallationStatus = "active" | "suspended" | "deleted";
export interface InstallationsTable {
  /** GitHub's ids fit a double by far (`connect.ts` parses int8 to a number and refuses what does not). */
  id: number;
  account_login: string;
  account_id: number;
  account_type: "Organization" | "User";
  repository_selection: "all" | "selected";
  permissions: Json<Record<string, string>>;
  status: Generated<InstallationStatus>;
  /** The beginning of the last read of what it covers. */
  synced_at: NullableTime;
  created_at: Stamp;
  updated_at: Stamp;
}

export type ConfigRepoStatus = "active" | "suspended" | "removed" | "archived";
export interface ConfigReposTable {
  id: string;
  name: string;
  provider: Generated<"github">;
  repo_url: string;
  github_repo_id: number;
  owner: string;
  repo: string;
  default_branch: string;
  pr_base_branch: string;
  auth_ref: string;
  status: Generated<ConfigRepoStatus>;
  registered_via: "installation" | "api";
  last_merged_proposal_id: string | null;
  created_at: Stamp;
  updated_at: Stamp;
}

export type EngineType = "elasticsearch" | "opensearch" | "solr";
export type Environment = "prod" | "staging" | "dev";
export interface ClustersTable {
  id: string;
  name: string;
  engine_type: EngineType;
  environment: Environment;
  config_repo_id: string | null;
  config_path: string | null;
  created_at: Stamp;
}

export interface QueryTemplatesTable {
  id: string;
  name: string;
  version: number;
  engine_type: EngineType;
  declared_params: Json<DeclaredParams>;
  created_at: Stamp;
}

export type StudyStatus = "queued" | "running" | "completed" | "failed" | "cancelled";
export interface StudiesTable {
  id: string;
  name: string;
  cluster_id: string;
  template_id: string;
  status: StudyStatus;
  objective: Json<Record<string, unknown>>;
  baseline_metric: number | null;
  best_metric: number | null;
  best_trial_id: string | null;
  trial_count: number;
  created_at: Stamp;
  started_at: NullableTime;
  completed_at: NullableTime;
}

export type TrialStatus = "complete" | "failed" | "pruned";
export interface TrialsTable {
  id: string;
  study_id: string;
  number: number;
  params: Json<Record<string, unknown>>;
  primary_metric: number | null;
  metrics: Json<Record<string, unknown>>;
  status: TrialStatus;
  is_baseline: boolean;
  duration_ms: number | null;
  started_at: NullableTime;
  ended_at: NullableTime;
}

export interface DigestsTable {
  id: string;
  study_id: string;
  narrative: string;
  parameter_importance: Json<Record<string, unknown>>;
  recommended_config: Json<Record<string, unknown>>;
  suggested_followups: Json<unknown[]>;
  generated_by: string;
  generated_at: Stamp;
}

export type ProposalStatus = "pending" | "pr_opened" | "pr_merged" | "rejected";
export type OpenPrState = "idle" | "queued" | "running" | "waiting" | "failed";
export interface MetricDelta {
  baseline: number | null;
  achieved: number | null;
  delta_pct: number | null;
}
export interface ProposalsTable {
  id: string;
  study_id: string | null;
  study_trial_id: string | null;
  cluster_id: string;
  template_id: string;
  config_diff: Json<ConfigDiff>;
  metric_delta: ColumnType<Record<string, MetricDelta> | null, string | null | undefined, string | null>;
  status: Generated<ProposalStatus>;
  pr_url: string | null;
  pr_number: number | null;
  pr_branch: string | null;
  pr_base_sha: string | null;
  pr_head_sha: string | null;
  pr_head_attempt: number | null;
  pr_state: "open" | "closed" | "merged" | null;
  pr_checks: "pending" | "success" | "failure" | null;
  pr_review: "approved" | "changes_requested" | null;
  pr_updated_at: NullableTime;
  pr_merged_at: NullableTime;
  pr_config_repo_id: string | null;
  pr_draft: Generated<boolean>;
  pr_base_ref: string | null;
  pr_open_error: string | null;
  open_pr_attempt: Generated<number>;
  open_pr_state: Generated<OpenPrState>;
  open_pr_run: string | null;
  open_pr_next_at: NullableTime;
  rejected_reason: string | null;
  created_at: Stamp;
  updated_at: Stamp;
}

export interface ProposalHeadsTable {
  proposal_id: string;
  config_repo_id: string;
  branch: string;
  base_branch: string;
  head_sha: string;
  attempt: number;
  stored_at: Stamp;
  clean_tried_at: NullableTime;
  cleaned_at: NullableTime;
}

export interface ProposalEventsTable {
  id: string;
  /** Given by a trigger, in commit order and without gaps. */
  seq: ColumnType<number, never, never>;
  proposal_id: string;
  at: Stamp;
  kind: string;
  actor: string | null;
  data: Json<Record<string, unknown>>;
}

/** One of GitHub's answers about a pull request: the validator to ask with next time, and what it came to. */
export interface MirrorPart {
  etag: string | null;
  verdict: string | null;
  /** The head it was asked for, where that matters. */
  sha?: string;
  /** Of check runs: whether the app's own was among them. */
  own?: boolean;
}
export interface PullMirrorsTable {
  proposal_id: string;
  head_sha: string | null;
  parts: Json<Partial<Record<"pull" | "check_runs" | "statuses" | "reviews", MirrorPart>>>;
  read_at: NullableTime;
  due_at: Stamp;
}

export type DeliveryStatus = "received" | "processed" | "failed" | "ignored";
export interface WebhookDeliveriesTable {
  delivery_id: string;
  event: string;
  action: string | null;
  installation_id: number | null;
  repository_id: number | null;
  subject: string | null;
  body_sha256: string;
  received_at: Stamp;
  status: Generated<DeliveryStatus>;
  attempts: Generated<number>;
  error: string | null;
  processed_at: NullableTime;
  /** The jobs it led to that have not ended. */
  jobs: Generated<string[]>;
}

export interface ReconciliationsTable {
  name: string;
  watermark: NullableTime;
  data: Json<Record<string, unknown>>;
  updated_at: Stamp;
}
