-- Up Migration

-- When GitHub was last asked what an installation covers: the beginning of that read.
ALTER TABLE installations ADD COLUMN synced_at timestamptz(3);
CREATE INDEX config_repos_auth_ref ON config_repos (auth_ref);

-- The config repo a recorded pull request is in: with its number it is what GitHub's events speak of. The cluster may
-- have moved to another repository since.
ALTER TABLE proposals
  ADD COLUMN pr_config_repo_id uuid REFERENCES config_repos (id),
  ADD COLUMN pr_draft boolean NOT NULL DEFAULT false,
  -- The branch it would be merged into, as it is on GitHub: people can change it there.
  ADD COLUMN pr_base_ref text;
UPDATE proposals SET pr_config_repo_id = head.config_repo_id, pr_base_ref = head.base_branch
  FROM proposal_heads head
  WHERE head.proposal_id = proposals.id AND head.head_sha = proposals.pr_head_sha AND proposals.pr_number IS NOT NULL;
CREATE INDEX proposals_pull ON proposals (pr_config_repo_id, pr_number) WHERE pr_number IS NOT NULL;
CREATE INDEX proposals_pull_head ON proposals (pr_head_sha) WHERE pr_head_sha IS NOT NULL;

-- What the mirror knows of a pull request beyond the proposal's row: GitHub's ETags with what was folded out of those
-- answers, so that a read that changed nothing costs nothing, and when it is read again.
CREATE TABLE pull_mirrors (
  proposal_id uuid PRIMARY KEY REFERENCES proposals (id),
  -- The tip of the pull request's branch: ours, or what people pushed on top.
  head_sha text,
  parts jsonb NOT NULL DEFAULT '{}',
  -- The beginning of the last read: an event that was received before it has nothing new to say.
  read_at timestamptz(3),
  due_at timestamptz(3) NOT NULL DEFAULT now()
);
CREATE INDEX pull_mirrors_due ON pull_mirrors (due_at);
CREATE INDEX pull_mirrors_head ON pull_mirrors (head_sha);
INSERT INTO pull_mirrors (proposal_id, head_sha)
  SELECT id, pr_head_sha FROM proposals WHERE pr_number IS NOT NULL;

-- The jobs a delivery led to that have not ended yet; it is processed when there is none left.
ALTER TABLE webhook_deliveries ADD COLUMN jobs uuid[] NOT NULL DEFAULT '{}';
CREATE INDEX webhook_deliveries_open ON webhook_deliveries (received_at) WHERE status = 'received';

-- How far a reconciliation has come, by its name.
CREATE TABLE reconciliations (
  name text PRIMARY KEY,
  watermark timestamptz(3),
  data jsonb NOT NULL DEFAULT '{}',
  updated_at timestamptz(3) NOT NULL DEFAULT now()
);

-- Whoever follows the feed is woken at the commit. Numbers are given as before.
CREATE OR REPLACE FUNCTION proposal_events_number() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE proposal_event_counter SET last_seq = last_seq + 1 RETURNING last_seq INTO NEW.seq;
  PERFORM pg_notify('relyloop_events', '');
  RETURN NEW;
END $$;

-- Down Migration

CREATE OR REPLACE FUNCTION proposal_events_number() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE proposal_event_counter SET last_seq = last_seq + 1 RETURNING last_seq INTO NEW.seq;
  RETURN NEW;
END $$;
DROP TABLE reconciliations;
DROP INDEX webhook_deliveries_open;
ALTER TABLE webhook_deliveries DROP COLUMN jobs;
DROP TABLE pull_mirrors;
ALTER TABLE proposals DROP COLUMN pr_config_repo_id, DROP COLUMN pr_draft, DROP COLUMN pr_base_ref;
DROP INDEX proposals_pull_head;
DROP INDEX config_repos_auth_ref;
ALTER TABLE installations DROP COLUMN synced_at;
