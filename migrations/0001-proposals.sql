-- Up Migration

-- GitHub's own facts about where the app is installed; the id is GitHub's.
CREATE TABLE installations (
  id bigint PRIMARY KEY,
  account_login text NOT NULL,
  account_id bigint NOT NULL,
  account_type text NOT NULL CHECK (account_type IN ('Organization', 'User')),
  repository_selection text NOT NULL CHECK (repository_selection IN ('all', 'selected')),
  permissions jsonb NOT NULL DEFAULT '{}',
  status text NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'suspended', 'deleted')),
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  updated_at timestamptz(3) NOT NULL DEFAULT now()
);

CREATE TABLE config_repos (
  id uuid PRIMARY KEY,
  name text NOT NULL,
  provider text NOT NULL DEFAULT 'github' CHECK (provider = 'github'),
  repo_url text NOT NULL,
  github_repo_id bigint NOT NULL,
  owner text NOT NULL,
  repo text NOT NULL,
  default_branch text NOT NULL,
  pr_base_branch text NOT NULL,
  -- The installation id in decimal: what a token is minted from, in place of a stored credential.
  auth_ref text NOT NULL CHECK (auth_ref ~ '^[1-9][0-9]{0,18}$'),
  status text NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'suspended', 'removed', 'archived')),
  registered_via text NOT NULL CHECK (registered_via IN ('installation', 'api')),
  last_merged_proposal_id uuid,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  updated_at timestamptz(3) NOT NULL DEFAULT now(),
  CONSTRAINT config_repos_name_key UNIQUE (name),
  CONSTRAINT config_repos_github_repo_id_key UNIQUE (github_repo_id)
);
CREATE INDEX config_repos_page ON config_repos (created_at DESC, id DESC);

CREATE TABLE clusters (
  id uuid PRIMARY KEY,
  name text NOT NULL,
  engine_type text NOT NULL CHECK (engine_type IN ('elasticsearch', 'opensearch', 'solr')),
  environment text NOT NULL CHECK (environment IN ('prod', 'staging', 'dev')),
  config_repo_id uuid REFERENCES config_repos (id),
  config_path text,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  CONSTRAINT clusters_name_key UNIQUE (name)
);
CREATE INDEX clusters_page ON clusters (created_at DESC, id DESC);

CREATE TABLE query_templates (
  id uuid PRIMARY KEY,
  name text NOT NULL CHECK (name ~ '^[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}$'),
  version integer NOT NULL CHECK (version > 0),
  engine_type text NOT NULL CHECK (engine_type IN ('elasticsearch', 'opensearch', 'solr')),
  declared_params jsonb NOT NULL,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  CONSTRAINT query_templates_name_version_key UNIQUE (name, version)
);
CREATE INDEX query_templates_page ON query_templates (created_at DESC, id DESC);

CREATE TABLE studies (
  id uuid PRIMARY KEY,
  name text NOT NULL,
  cluster_id uuid NOT NULL REFERENCES clusters (id),
  template_id uuid NOT NULL REFERENCES query_templates (id),
  status text NOT NULL CHECK (status IN ('queued', 'running', 'completed', 'failed', 'cancelled')),
  objective jsonb NOT NULL,
  baseline_metric double precision,
  best_metric double precision,
  best_trial_id uuid,
  trial_count integer NOT NULL DEFAULT 0 CHECK (trial_count >= 0),
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  started_at timestamptz(3),
  completed_at timestamptz(3)
);

CREATE TABLE trials (
  id uuid PRIMARY KEY,
  study_id uuid NOT NULL REFERENCES studies (id),
  number integer NOT NULL CHECK (number >= 0),
  params jsonb NOT NULL,
  primary_metric double precision,
  metrics jsonb NOT NULL DEFAULT '{}',
  status text NOT NULL CHECK (status IN ('complete', 'failed', 'pruned')),
  is_baseline boolean NOT NULL DEFAULT false,
  duration_ms bigint CHECK (duration_ms >= 0),
  started_at timestamptz(3),
  ended_at timestamptz(3),
  -- Deferred, so that one statement may renumber the trials of a study.
  CONSTRAINT trials_study_id_number_key UNIQUE (study_id, number) DEFERRABLE INITIALLY DEFERRED
);

-- Study and trials point at each other; deferred, so that both can be written in one transaction.
ALTER TABLE studies ADD CONSTRAINT studies_best_trial_id_fkey
  FOREIGN KEY (best_trial_id) REFERENCES trials (id) DEFERRABLE INITIALLY DEFERRED;

CREATE TABLE digests (
  id uuid PRIMARY KEY,
  study_id uuid NOT NULL UNIQUE REFERENCES studies (id),
  narrative text NOT NULL,
  parameter_importance jsonb NOT NULL DEFAULT '{}',
  recommended_config jsonb NOT NULL DEFAULT '{}',
  suggested_followups jsonb NOT NULL DEFAULT '[]',
  generated_by text NOT NULL,
  generated_at timestamptz(3) NOT NULL DEFAULT now()
);

CREATE TABLE proposals (
  id uuid PRIMARY KEY,
  study_id uuid REFERENCES studies (id),
  study_trial_id uuid REFERENCES trials (id),
  cluster_id uuid NOT NULL REFERENCES clusters (id),
  template_id uuid NOT NULL REFERENCES query_templates (id),
  config_diff jsonb NOT NULL,
  metric_delta jsonb,
  status text NOT NULL DEFAULT 'pending' CHECK (status IN ('pending', 'pr_opened', 'pr_merged', 'rejected')),
  pr_url text,
  pr_number integer,
  pr_branch text,
  pr_base_sha text CHECK (pr_base_sha ~ '^[0-9a-f]{40}$'),
  pr_head_sha text CHECK (pr_head_sha ~ '^[0-9a-f]{40}$'),
  -- The attempt that built pr_head_sha: a later attempt replaces those commits, a re-run of the same one reuses them.
  pr_head_attempt integer,
  pr_state text CHECK (pr_state IN ('open', 'closed', 'merged')),
  pr_checks text CHECK (pr_checks IN ('pending', 'success', 'failure')),
  pr_review text CHECK (pr_review IN ('approved', 'changes_requested')),
  pr_updated_at timestamptz(3),
  pr_merged_at timestamptz(3),
  pr_open_error text,
  open_pr_attempt integer NOT NULL DEFAULT 0 CHECK (open_pr_attempt >= 0),
  open_pr_state text NOT NULL DEFAULT 'idle'
    CHECK (open_pr_state IN ('idle', 'queued', 'running', 'waiting', 'failed')),
  -- The fence: `<job id>:<retry count>` of the run that may write on behalf of this proposal.
  open_pr_run text,
  open_pr_next_at timestamptz(3),
  rejected_reason text,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  updated_at timestamptz(3) NOT NULL DEFAULT now(),
  CONSTRAINT proposals_pr_opened_has_url CHECK (status <> 'pr_opened' OR pr_url IS NOT NULL),
  CONSTRAINT proposals_pr_merged_has_time CHECK (status <> 'pr_merged' OR pr_merged_at IS NOT NULL)
);
CREATE INDEX proposals_page ON proposals (created_at DESC, id DESC);
CREATE INDEX proposals_cluster ON proposals (cluster_id, created_at DESC, id DESC);
-- One pending or opened proposal per study.
CREATE UNIQUE INDEX proposals_one_live_per_study ON proposals (study_id) WHERE status IN ('pending', 'pr_opened');
-- What the sweep for stuck proposals looks at: few rows, whatever the table holds.
CREATE INDEX proposals_in_flight ON proposals (open_pr_state) WHERE open_pr_state IN ('queued', 'running', 'waiting');

-- Every head that was about to be pushed, by the repository it was meant for. A proposal's row holds the latest one;
-- an earlier one may still arrive late, or lie in the repository its cluster belonged to then. What stands here is
-- ours, and nothing else is.
CREATE TABLE proposal_heads (
  proposal_id uuid NOT NULL REFERENCES proposals (id),
  config_repo_id uuid NOT NULL REFERENCES config_repos (id),
  branch text NOT NULL,
  base_branch text NOT NULL,
  head_sha text NOT NULL CHECK (head_sha ~ '^[0-9a-f]{40}$'),
  attempt integer NOT NULL,
  stored_at timestamptz(3) NOT NULL DEFAULT now(),
  -- Of a rejected proposal: when cleaning up was last tried, and when nothing of it was left on GitHub.
  clean_tried_at timestamptz(3),
  cleaned_at timestamptz(3),
  PRIMARY KEY (proposal_id, config_repo_id, head_sha)
);
CREATE INDEX proposal_heads_of_branch ON proposal_heads (config_repo_id, branch);
CREATE INDEX proposal_heads_to_clean ON proposal_heads (stored_at) WHERE cleaned_at IS NULL;

ALTER TABLE config_repos ADD CONSTRAINT config_repos_last_merged_proposal_id_fkey
  FOREIGN KEY (last_merged_proposal_id) REFERENCES proposals (id);

CREATE TABLE proposal_events (
  id uuid PRIMARY KEY,
  seq bigint NOT NULL UNIQUE,
  proposal_id uuid NOT NULL REFERENCES proposals (id),
  at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  kind text NOT NULL CHECK (kind ~ '^[a-z][a-z_]{0,49}$'),
  actor text,
  data jsonb NOT NULL DEFAULT '{}'
);
CREATE INDEX proposal_events_of_proposal ON proposal_events (proposal_id, seq);

-- A sequence hands out numbers before commit, so a reader could see 8 before 7 exists and never look back. One
-- counter row is locked until commit: numbers are given in commit order and without gaps. Events are therefore
-- written last in their transactions.
CREATE TABLE proposal_event_counter (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  last_seq bigint NOT NULL
);
INSERT INTO proposal_event_counter (last_seq) VALUES (0);

CREATE FUNCTION proposal_events_number() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE proposal_event_counter SET last_seq = last_seq + 1 RETURNING last_seq INTO NEW.seq;
  RETURN NEW;
END $$;
CREATE TRIGGER proposal_events_number BEFORE INSERT ON proposal_events
  FOR EACH ROW EXECUTE FUNCTION proposal_events_number();

CREATE FUNCTION proposal_events_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'proposal_events is append-only';
END $$;
CREATE TRIGGER proposal_events_append_only BEFORE UPDATE OR DELETE ON proposal_events
  FOR EACH ROW EXECUTE FUNCTION proposal_events_append_only();
CREATE TRIGGER proposal_events_not_truncated BEFORE TRUNCATE ON proposal_events
  FOR EACH STATEMENT EXECUTE FUNCTION proposal_events_append_only();

CREATE TABLE webhook_deliveries (
  delivery_id uuid PRIMARY KEY,
  event text NOT NULL,
  action text,
  installation_id bigint,
  repository_id bigint,
  subject text,
  body_sha256 text NOT NULL CHECK (body_sha256 ~ '^[0-9a-f]{64}$'),
  received_at timestamptz(3) NOT NULL DEFAULT now(),
  status text NOT NULL DEFAULT 'received' CHECK (status IN ('received', 'processed', 'failed', 'ignored')),
  attempts integer NOT NULL DEFAULT 0,
  error text,
  processed_at timestamptz(3)
);
CREATE INDEX webhook_deliveries_age ON webhook_deliveries (received_at);

-- Down Migration

DROP TABLE webhook_deliveries;
DROP TABLE proposal_events;
DROP FUNCTION proposal_events_append_only;
DROP FUNCTION proposal_events_number;
DROP TABLE proposal_event_counter;
ALTER TABLE config_repos DROP CONSTRAINT config_repos_last_merged_proposal_id_fkey;
DROP TABLE proposal_heads;
DROP TABLE proposals;
DROP TABLE digests;
ALTER TABLE studies DROP CONSTRAINT studies_best_trial_id_fkey;
DROP TABLE trials;
DROP TABLE studies;
DROP TABLE query_templates;
DROP TABLE clusters;
DROP TABLE config_repos;
DROP TABLE installations;
