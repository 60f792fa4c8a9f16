import type { Scenario } from "../../test/support/scenario.ts";

/** What callers were promised, to be held against what came of it. */
export interface Ledger {
  /** Proposals by id. */
  proposals: Map<string, Promised>;
  /** Webhook deliveries that were answered with 202, by GUID. */
  deliveries: Set<string>;
}

export interface Promised {
  id: string;
  scenario: Scenario;
  branch: string;
  /** It was made from a study, so its pull request has a comment. */
  study: boolean;
  /** How it is to end: what the last of its requests that was answered for asked for. */
  ends: "pending" | "pr_opened" | "pr_merged" | "rejected";
}

export const createLedger = (): Ledger => ({ proposals: new Map(), deliveries: new Set() });
