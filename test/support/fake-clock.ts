import type { Clock } from "../../src/clock.ts";

export interface FakeClock extends Clock {
  /** Every wait that was asked for, in milliseconds, in order. */
  waits: number[];
  advance(ms: number): void;
}

/** A clock that never waits: a sleep moves its time forward at once and is noted. */
export const createFakeClock = (start = "2026-11-22T12:00:00.000Z"): FakeClock => {
  let now_ms = Date.parse(start);
  const waits: number[] = [];
  return {
    waits,
    now: () => now_ms,
    advance: (ms) => {
      now_ms += ms;
    },
    sleep: async (ms, signal) => {
      signal?.throwIfAborted();
      waits.push(ms);
      now_ms += ms;
      await Promise.resolve();
      signal?.throwIfAborted();
    },
  };
};
