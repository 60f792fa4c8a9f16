import { describe, expect, it } from "vitest";
import { isDatabaseUnavailable } from "../../src/db/db-errors.ts";
import { ANSWER_AGE_MS_MAX, askedAfresh } from "../../src/jobs/fresh-answer.ts";

/** A database whose answers take so long, by the clock of the process that asks. */
const answeringAfter = (...delays_ms: number[]) => {
  let now_ms = 0;
  let asked = 0;
  const ask = async () => {
    now_ms += delays_ms[asked++] ?? 0;
  };
  return { fresh: askedAfresh(ask, { now: () => now_ms }), asked: () => asked };
};

describe("a permission to write", () => {
  it("is asked for once where the answer comes in time", async () => {
    const { fresh, asked } = answeringAfter(ANSWER_AGE_MS_MAX);
    await fresh();
    expect(asked()).toBe(1);
  });

  it("is asked for again by a process that slept on the answer", async () => {
    const { fresh, asked } = answeringAfter(ANSWER_AGE_MS_MAX + 1, 10);
    await fresh();
    expect(asked()).toBe(2);
  });

  it("is refused where it was lost meanwhile", async () => {
    let asked = 0;
    let now_ms = 0;
    const fresh = askedAfresh(
      async () => {
        now_ms += 60_000;
        if (asked++ === 1) throw new Error("lost");
      },
      { now: () => now_ms },
    );
    await expect(fresh()).rejects.toThrow("lost");
  });

  it("is not waited for without end", async () => {
    const { fresh } = answeringAfter(...Array.from({ length: 100 }, () => ANSWER_AGE_MS_MAX + 1));
    expect(isDatabaseUnavailable(await fresh().catch((error: unknown) => error))).toBe(true);
  });
});
