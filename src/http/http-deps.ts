import type { Logger } from "pino";
import type { Press } from "../actions/press-open-pr.ts";
import type { Rejection } from "../actions/reject-proposal.ts";
import type { ApiToken } from "../config-tokens.ts";
import type { Db } from "../db/connect.ts";
import type { ProposalRow } from "../db/proposals-store.ts";
import type { GithubHost } from "../github/host.ts";
import type { Actor } from "../proposals/actor.ts";
import type { GithubLookup } from "../registry/github-lookup.ts";
import type { Redact } from "./error-envelope.ts";
import type { Preview } from "./schemas/preview.ts";

export interface HealthCheck {
  ok: boolean;
  /** One line for whoever watches the service. Anybody may read it. */
  detail: string;
}

/** What /readyz asks. One that throws, or is slow, is not ok. */
export interface HealthChecks {
  database(): Promise<HealthCheck>;
  queue(): Promise<HealthCheck>;
  schema(): Promise<HealthCheck>;
  /** Reported only: the service is ready without GitHub. */
  github(): Promise<HealthCheck>;
}

/** What every process serves: health, readiness and metrics. */
export interface WatchDeps {
  tokens: readonly ApiToken[];
  log: Logger;
  redact: Redact;
  checks: HealthChecks;
  metrics: { render(): Promise<string>; contentType: string };
}

export interface SeededStudy {
  cluster_id: string;
  template_id: string;
  study_id: string;
  trial_ids: string[];
  digest_id: string;
  proposal_id: string | null;
}

export interface HttpDeps extends WatchDeps {
  db: Db;
  host: GithubHost;
  /** Lower-cased logins; empty: every account. */
  allowedAccounts: readonly string[];
  /** Marks the proposal queued and enqueues the job. @throws AppError in the order of the contract's checks */
  openPr(press: Press): Promise<void>;
  /** @throws AppError PROPOSAL_NOT_FOUND, INVALID_STATE_TRANSITION, QUEUE_UNAVAILABLE */
  reject(rejection: Rejection): Promise<ProposalRow>;
  /** What openPr would do now; writes nothing. @throws AppError */
  preview(look: { proposalId: string; actor: Actor; signal: AbortSignal }): Promise<Preview>;
  /** null: the service has no GitHub credentials. */
  githubLookup: GithubLookup | null;
  /** null: outside the sandbox, where its route does not exist. */
  seedCompletedStudy: ((input: { withPendingProposal: boolean }) => Promise<SeededStudy>) | null;
}
