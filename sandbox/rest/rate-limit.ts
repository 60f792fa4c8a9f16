import type { Clock } from "../../src/clock.ts";

const REQUESTS_PER_HOUR = 5_000;
const HOUR_S = 3_600;

export interface RateLimitState {
  limit: number;
  remaining: number;
  used: number;
  /** Seconds since the epoch. */
  reset: number;
}

/** Counts, but never refuses: a refusal is a fault somebody asks for. */
export interface RateLimit {
  count(credential: string): RateLimitState;
  look(credential: string): RateLimitState;
}

export function createRateLimit(clock: Clock): RateLimit {
  const windows = new Map<string, { used: number; reset: number }>();

  function state(credential: string): { used: number; reset: number } {
    const now_s = Math.floor(clock.now() / 1000);
    const known = windows.get(credential);
    if (known && known.reset > now_s) return known;
    // Credentials whose hour is over are forgotten here, so that the map stays as small as an hour's tokens.
    for (const [other, { reset }] of windows) if (reset <= now_s) windows.delete(other);
    const fresh = { used: 0, reset: now_s + HOUR_S };
    windows.set(credential, fresh);
    return fresh;
  }
  const shown = ({ used, reset }: { used: number; reset: number }): RateLimitState => ({
    limit: REQUESTS_PER_HOUR,
    used: Math.min(used, REQUESTS_PER_HOUR),
    remaining: Math.max(0, REQUESTS_PER_HOUR - used),
    reset,
  });

  return {
    look: (credential) => shown(state(credential)),
    count(credential) {
      const window = state(credential);
      window.used += 1;
      return shown(window);
    },
  };
}
