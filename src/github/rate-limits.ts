import type { Clock } from "../clock.ts";

/**
 * GitHub counts by the hour. A reading this old is forgotten, so that whoever keeps away because of it asks again,
 * and learns what is left by now.
 */
const READING_VALID_MS = 5 * 60_000;
/** Installations remembered at a time. */
const INSTALLATIONS_MAX = 1_000;

/** What is left of each installation's primary rate limit, as this process last heard. */
export interface RateLimits {
  /** @param remaining requests, from `x-ratelimit-remaining` */
  note(installationId: number, remaining: number): void;
  /** Requests; null: not known of late. */
  remaining(installationId: number): number | null;
}

export const createRateLimits = ({ clock }: { clock: Pick<Clock, "now"> }): RateLimits => {
  const readings = new Map<number, { remaining: number; at_ms: number }>();
  return {
    note: (installationId, remaining) => {
      // Deleted first, so that the map is in the order of the readings.
      readings.delete(installationId);
      const [oldest] = readings.keys();
      if (readings.size >= INSTALLATIONS_MAX && oldest !== undefined) readings.delete(oldest);
      readings.set(installationId, { remaining, at_ms: clock.now() });
    },
    remaining: (installationId) => {
      const reading = readings.get(installationId);
      if (reading === undefined || clock.now() - reading.at_ms > READING_VALID_MS) return null;
      return reading.remaining;
    },
  };
};
