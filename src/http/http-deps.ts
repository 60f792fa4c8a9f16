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
import type { EventStreams } from "./event-streams.ts";
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

/** GitHub's deliveries. */
export interface Webhooks {
  /** Whether GitHub signed this body. @param signature of `X-Hub-Signature-256` */
  verify(body: string, signature: string): Promise<boolean>;
  /** Reads what is kept of a delivery; its payload is let go of before anything is waited for. */
  read(delivery: {
    guid: string;
    event: string;
    payload: object;
    bodySha256: string;
    requestId: string;
  }): Promise<{
    /**
     * Stores it and enqueues what it asks for. @returns what became of it, for the log
     * @throws AppError DATABASE_UNAVAILABLE, QUEUE_UNAVAILABLE
     */
    store(): Promise<string>;
  }>;
  /** Hears of every request that was not taken in. */
  refused(): void;
  /** When the server has answered its last request. */
  close(): Promise<void>;
}

export interface HttpDeps extends WatchDeps {
  db: Db;
  /** The event feed, live. */
  eventStreams: EventStreams;
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
  /** For the page people land on after installing the app. */
  setup: {
    /** Whether a state comes from a link of ours for installing the app. */
    isLinkState(state: string): boolean;
    /** Milliseconds since the epoch. */
    now(): number;
  };
  /** null: no inbound route; polling does it all. */
  webhooks: Webhooks | null;
  /** null: outside the sandbox, where its route does not exist. */
  seedCompletedStudy: ((input: { withPendingProposal: boolean }) => Promise<SeededStudy>) | null;
}
