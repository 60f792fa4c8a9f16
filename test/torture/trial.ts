import { expect } from "vitest";
import type { Outcome, Part, Trial } from "../../torture/part.ts";
import { createRandom } from "../../torture/random.ts";
import { createTestDatabase } from "../support/postgres.ts";

/**
 * As in `TORTURE_SEED=7 npx vitest run test/torture`. Unset: always the same one, so that a red run is about what was
 * changed, and not about chance; other seeds are for `npm run torture`.
 */
export const seed = Number(process.env.TORTURE_SEED ?? 237_367_159);

/** Runs a part's short form and expects no violation. A failure names the seed, with which it can be seen again. */
export const runShort = async (part: Part, changes: Partial<Trial> = {}): Promise<Outcome> => {
  const outcome = await part.run({
    size: "short",
    thorough: false,
    random: createRandom(seed).of(part.name),
    createDatabase: createTestDatabase,
    note: () => undefined,
    signal: new AbortController().signal,
    ...changes,
  });
  expect({ seed, violations: outcome.violations }).toEqual({ seed, violations: [] });
  return outcome;
};
