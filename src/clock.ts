import { setTimeout as delay } from "node:timers/promises";

/** Time, passed in wherever code waits or dates something, so that no test sleeps for real. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Resolves after `ms`; rejects with the signal's reason when it is aborted first. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: async (ms, signal) => {
    try {
      await delay(ms, undefined, signal ? { signal } : undefined);
    } catch (error) {
      // Node rejects with an AbortError of its own; whoever waits wants to know why.
      throw signal?.aborted ? signal.reason : error;
    }
  },
};
