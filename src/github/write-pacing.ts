import type { Clock } from "../clock.ts";

/** Writes that go out at once after a pause. */
const BURST = 5;
/** After the burst, one write each second: https://docs.github.com/rest/using-the-rest-api/best-practices-for-using-the-rest-api. */
const INTERVAL_MS = 1_000;
/** Installations remembered at a time. */
const INSTALLATIONS_MAX = 1_000;

export interface WritePacing {
  /** Resolves when this installation may write; rejects with the signal's reason when it is aborted first. */
  take(installationId: number, signal: AbortSignal): Promise<void>;
}

/**
 * Paces the writes of each installation: a burst of 5, then 1 a second. Each caller reserves the next free slot and
 * sleeps until then, so concurrent callers go in order; a caller that is aborted leaves its slot unused.
 */
export const createWritePacing = ({ clock }: { clock: Clock }): WritePacing => {
  /** When the installation's bucket is full again, in milliseconds since the epoch. */
  const fullAt = new Map<number, number>();

  const forgetTheIdlest = () => {
    let idlest: [installationId: number, full_ms: number] = [0, Number.POSITIVE_INFINITY];
    for (const entry of fullAt) {
      if (entry[1] < idlest[1]) idlest = entry;
    }
    fullAt.delete(idlest[0]);
  };

  return {
    take: async (installationId, signal) => {
      signal.throwIfAborted();
      const now_ms = clock.now();
      if (fullAt.size >= INSTALLATIONS_MAX && !fullAt.has(installationId)) forgetTheIdlest();
      const full_ms = Math.max(fullAt.get(installationId) ?? now_ms, now_ms);
      fullAt.set(installationId, full_ms + INTERVAL_MS);
      const wait_ms = full_ms - now_ms - (BURST - 1) * INTERVAL_MS;
      if (wait_ms > 0) await clock.sleep(wait_ms, signal);
    },
  };
};
