import type { Executor } from "../db/connect.ts";
import { lastEvent } from "../db/events-store.ts";
import type { ProposalRow } from "../db/proposals-store.ts";
import type { OpenPrState } from "../db/schema.ts";
import { isRetryable, isWorkerCode, type WorkerCode } from "../errors.ts";
import type { EventKind } from "../proposals/event-kinds.ts";

/** Where the latest attempt to open a pull request stands. */
export interface OpenPrView {
  state: OpenPrState;
  attempt: number;
  /** While it runs: the step it is at. */
  step: string | null;
  /** While it waits: for what. */
  waiting_for: string | null;
  next_at: Date | null;
  /** Why the last attempt failed; gone with the next press. */
  error: { code: WorkerCode; reason: string | null; message: string; retryable: boolean } | null;
}

/** Puts the row and the timeline together: the row says where the attempt stands, its events say the rest. */
export const openPrView = async (db: Executor, proposal: ProposalRow): Promise<OpenPrView> => {
  const { open_pr_state: state, open_pr_attempt: attempt, open_pr_next_at: next_at } = proposal;
  const word = (key: string, kinds: EventKind[]) => lastWord(db, proposal, key, kinds);
  return {
    state,
    attempt,
    step: state === "running" ? await word("step", ["open_pr_step", "open_pr_started"]) : null,
    waiting_for: state === "waiting" ? await word("waiting_for", ["open_pr_waiting"]) : null,
    next_at,
    error: errorOf(
      proposal.pr_open_error,
      proposal.pr_open_error === null ? null : await word("reason", ["open_pr_failed"]),
    ),
  };
};

/** A word of the newest event of these kinds, unless the event names an earlier attempt. */
const lastWord = async (
  db: Executor,
  proposal: ProposalRow,
  key: string,
  kinds: EventKind[],
): Promise<string | null> => {
  const event = await lastEvent(db, proposal.id, kinds);
  if (event === undefined) return null;
  const { attempt = proposal.open_pr_attempt } = event.data;
  if (attempt !== proposal.open_pr_attempt) return null;
  const word = event.data[key];
  return typeof word === "string" ? word : null;
};

/** `pr_open_error` is `CODE: message`. */
const errorOf = (text: string | null, reason: string | null): OpenPrView["error"] => {
  if (text === null) return null;
  const end = text.indexOf(": ");
  const code = text.slice(0, end);
  if (!isWorkerCode(code)) return null;
  return { code, reason, message: text.slice(end + 2), retryable: isRetryable(code) };
};
