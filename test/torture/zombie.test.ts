import { describe, expect, it } from "vitest";
import { zombiePart } from "../../torture/zombie/zombie-part.ts";
import { runShort, seed } from "./trial.ts";

const TIMEOUT_MS = 180_000;

describe(`workers suspended until another one has done their job, with seed ${seed}`, () => {
  it(
    "do nothing more when they wake up",
    async () => {
      const { figures } = await runShort(zombiePart);
      expect(figures["workers suspended"]).toBeGreaterThan(0);
    },
    TIMEOUT_MS,
  );
});
