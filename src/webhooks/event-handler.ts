import type { EmitterWebhookEventName } from "@octokit/webhooks";
import type { WantedJob } from "./wanted-job.ts";

/** What an event is looked at with, besides its payload. */
export interface Own {
  /** Our App's id, by which our own check is known; null: not known here, and its name has to do. */
  appId: number | null;
}

/**
 * Translates one kind of event into what it asks for. A payload is a hint, never the truth: it is read for ids, and a
 * payload that lacks them asks for nothing. Asks no one and throws nothing.
 */
export interface EventHandler {
  /** Such as `pull_request.closed`, or `status`, which has no actions. */
  on: readonly EmitterWebhookEventName[];
  translate(payload: unknown, own: Own): WantedJob[];
}
