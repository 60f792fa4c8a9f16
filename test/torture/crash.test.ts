import { describe, expect, it } from "vitest";
import { crashPart } from "../../torture/crash/crash-part.ts";
import { runShort, seed } from "./trial.ts";

const TIMEOUT_MS = 180_000;

describe(`processes killed at 6 boundaries and once more by chance, with seed ${seed}`, () => {
  it(
    "leave one of each behind, and a row and a timeline that say so",
    async () => {
      const { figures } = await runShort(crashPart);
      expect(figures["processes killed"]).toBeGreaterThan(0);
    },
    TIMEOUT_MS,
  );
});
