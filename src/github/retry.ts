import type { Clock } from "../clock.ts";
import { RescheduleError, UncertainWriteError } from "./github-errors.ts";
import type { Classify, Trouble } from "./trouble.ts";

/** Waits before the 2nd, 3rd… try after no answer or a 5xx. */
const BACKOFF_WAITS_MS = [500, 1_000, 2_000, 4_000, 8_000];
/** Up to this part of a back-off is added by chance, so that workers do not come back all at once. */
const BACKOFF_JITTER = 0.25;
/** 3 tries over 5 s: a new token is known everywhere after a second or two. */
const UNAUTHORIZED_WAITS_MS = [1_000, 4_000];
/** 3 tries over 5 s: so is a new object. */
const NOT_FOUND_WAITS_MS = [1_000, 4_000];
/** GitHub: without a header wait at least a minute, then longer each time. */
const UNNAMED_WAIT_MS = 60_000;
/** A longer wait is not for a job to sit out: it frees its key and runs again later. */
export const MAX_WAIT_IN_JOB_MS = 60_000;
/** All waits of one operation together. */
const MAX_WAIT_PER_OPERATION_MS = 120_000;
/** All tries of one operation together, whatever they failed of. */
const TRIES_MAX = 8;

export interface RetryDeps {
  clock: Clock;
  /** A number from 0 up to 1, such as Math.random. */
  random: () => number;
}

export interface RetryOptions {
  signal: AbortSignal;
  classify: Classify;
  /** Doing it twice has the effect of doing it once: reads, deletes, setting a state. */
  repeatable: boolean;
  /** The object was written moments ago, so a 404 may only mean that not every server has it yet. */
  justWritten?: boolean;
  /** Gives up the refused token, so that the next try mints another. Without it a 401 is final. */
  onUnauthorized?: () => Promise<void>;
  onRetry?: (retry: { trouble: Trouble["kind"]; tries: number; wait_ms: number }) => void;
}

/**
 * The policy for trouble with GitHub (docs/design.md), for REST and for git alike.
 *
 * @throws UncertainWriteError when something not repeatable got no answer or a 5xx: never sent again from here
 * @throws RescheduleError when the wait is longer than a job sits out
 * @throws the operation's own error when it is final, when the tries are used up, or when `classify` does not know it
 * @throws the signal's reason once it is aborted
 */
export const withRetries = async <T>(
  operation: () => Promise<T>,
  deps: RetryDeps,
  options: RetryOptions,
): Promise<T> => {
  const count: Record<Trouble["kind"], number> = {
    uncertain: 0,
    unauthorized: 0,
    not_found: 0,
    rate_limited: 0,
    final: 0,
  };
  let waited_ms = 0;
  for (let tries = 1; ; tries++) {
    options.signal.throwIfAborted();
    try {
      return await operation();
    } catch (error) {
      options.signal.throwIfAborted();
      const trouble = options.classify(error, deps.clock.now());
      if (trouble === null) throw error;
      if (trouble.kind === "uncertain" && !options.repeatable) throw new UncertainWriteError(error);
      count[trouble.kind] += 1;
      const wait_ms = waitFor(trouble, count[trouble.kind], deps.random, options);
      if (wait_ms === null || tries >= TRIES_MAX) throw error;
      if (wait_ms > MAX_WAIT_IN_JOB_MS || waited_ms + wait_ms > MAX_WAIT_PER_OPERATION_MS) {
        const reason = trouble.kind === "rate_limited" ? "rate_limited" : "unreachable";
        throw new RescheduleError(new Date(deps.clock.now() + wait_ms), reason);
      }
      options.onRetry?.({ trouble: trouble.kind, tries, wait_ms });
      if (trouble.kind === "unauthorized") await options.onUnauthorized?.();
      await deps.clock.sleep(wait_ms, options.signal);
      waited_ms += wait_ms;
    }
  }
};

/**
 * @param nth how often this trouble has come up in this operation, this time included
 * @returns milliseconds, or null to give up
 */
const waitFor = (
  trouble: Trouble,
  nth: number,
  random: () => number,
  options: RetryOptions,
): number | null => {
  switch (trouble.kind) {
    case "uncertain": {
      const backoff_ms = BACKOFF_WAITS_MS[nth - 1];
      if (backoff_ms === undefined) return null;
      return Math.max(trouble.wait_ms_min, Math.round(backoff_ms * (1 + BACKOFF_JITTER * random())));
    }
    case "unauthorized":
      return options.onUnauthorized === undefined ? null : (UNAUTHORIZED_WAITS_MS[nth - 1] ?? null);
    case "not_found":
      return options.justWritten === true ? (NOT_FOUND_WAITS_MS[nth - 1] ?? null) : null;
    case "rate_limited":
      return trouble.wait_ms ?? UNNAMED_WAIT_MS * 2 ** (nth - 1);
    case "final":
      return null;
    default:
      return trouble satisfies never;
  }
};
