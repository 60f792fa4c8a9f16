import type { Clock } from "../clock.ts";

/**
 * A process may be frozen at any moment (a paused container, a machine that is moved, swapping) and go on with an answer
 * from before. A dead worker's job is taken over 7 s after its last sign of life at the earliest, so what was answered
 * less than this long ago still holds.
 */
export const ANSWER_AGE_MS_MAX = 2_000;
/** Then it is not this process that is slow, but the database. */
const ASKS_MAX = 5;

/**
 * @param ask whether something may be written; throws where it may not
 * @returns the same, asked again while its answer is too old to act on by the time it arrives
 * @throws Error ETIMEDOUT when no answer comes in time
 */
export const askedAfresh =
  (ask: () => Promise<void>, clock: Pick<Clock, "now">): (() => Promise<void>) =>
  async () => {
    for (let asks = 0; asks < ASKS_MAX; asks++) {
      const asked_ms = clock.now();
      await ask();
      if (clock.now() - asked_ms <= ANSWER_AGE_MS_MAX) return;
    }
    // One of those that `isDatabaseUnavailable` knows: the run is made again, and nothing is left out for it.
    throw Object.assign(new Error("the database answers too slowly to write to GitHub by it"), {
      code: "ETIMEDOUT",
    });
  };
