import { describe, expect, it, vi } from "vitest";
import { RescheduleError, UncertainWriteError } from "../../src/github/github-errors.ts";
import { type RetryOptions, withRetries } from "../../src/github/retry.ts";
import type { Trouble } from "../../src/github/trouble.ts";
import { createFakeClock } from "../support/fake-clock.ts";

class Failure extends Error {
  readonly trouble: Trouble;
  constructor(trouble: Trouble) {
    super(trouble.kind);
    this.trouble = trouble;
  }
}

const noAnswer: Trouble = { kind: "uncertain", wait_ms_min: 0 };
const limited = (wait_ms: number | null): Trouble => ({ kind: "rate_limited", wait_ms });

/** Runs an operation that meets the given troubles one after the other (the last for ever, if told so), then succeeds. */
const run = async (troubles: Trouble[], options: Partial<RetryOptions> = {}, random = () => 0) => {
  const clock = createFakeClock();
  const operation = vi.fn(async () => {
    const trouble = troubles[operation.mock.calls.length - 1];
    if (trouble !== undefined) throw new Failure(trouble);
    return "done";
  });
  const result = withRetries(
    operation,
    { clock, random },
    {
      signal: new AbortController().signal,
      repeatable: true,
      classify: (error) => (error instanceof Failure ? error.trouble : null),
      ...options,
    },
  );
  const outcome = await result.catch((error: unknown) => error);
  return { outcome, tries: operation.mock.calls.length, waits: clock.waits, now_ms: clock.now() };
};

const forEver = (trouble: Trouble) => Array.from({ length: 100 }, () => trouble);

describe("no answer or a 5xx", () => {
  it("is tried again after 0.5, 1, 2, 4 and 8 s", async () => {
    const { outcome, tries, waits } = await run(Array.from({ length: 5 }, () => noAnswer));
    expect(outcome).toBe("done");
    expect(tries).toBe(6);
    expect(waits).toEqual([500, 1_000, 2_000, 4_000, 8_000]);
  });

  it("ends in its own error after 6 tries", async () => {
    const { outcome, tries } = await run(forEver(noAnswer));
    expect(outcome).toBeInstanceOf(Failure);
    expect(tries).toBe(6);
  });

  it("adds up to a quarter to each wait by chance", async () => {
    const { waits } = await run([noAnswer, noAnswer], {}, () => 0.999);
    expect(waits).toEqual([625, 1_250]);
  });

  it("waits as long as a header asks for", async () => {
    const { waits } = await run([{ kind: "uncertain", wait_ms_min: 30_000 }]);
    expect(waits).toEqual([30_000]);
  });

  it("is never sent again when that could do it twice", async () => {
    const { outcome, tries, waits } = await run([noAnswer], { repeatable: false });
    expect(outcome).toBeInstanceOf(UncertainWriteError);
    expect(outcome).toMatchObject({ code: "GITHUB_API_FAILED", cause: expect.any(Failure) });
    expect(tries).toBe(1);
    expect(waits).toEqual([]);
  });
});

describe("401", () => {
  it("mints anew, 3 tries over 5 s", async () => {
    const onUnauthorized = vi.fn(async () => {});
    const { outcome, tries, waits } = await run(forEver({ kind: "unauthorized" }), { onUnauthorized });
    expect(outcome).toBeInstanceOf(Failure);
    expect(tries).toBe(3);
    expect(waits).toEqual([1_000, 4_000]);
    expect(onUnauthorized).toHaveBeenCalledTimes(2);
  });

  it("is sent again also when it is a write: nothing was done", async () => {
    const { outcome } = await run([{ kind: "unauthorized" }], {
      repeatable: false,
      onUnauthorized: async () => {},
    });
    expect(outcome).toBe("done");
  });

  it("is final where there is nothing to mint", async () => {
    const { outcome, tries } = await run([{ kind: "unauthorized" }]);
    expect(outcome).toBeInstanceOf(Failure);
    expect(tries).toBe(1);
  });
});

describe("404", () => {
  it("on an object just written is tried 3 times over 5 s", async () => {
    const { outcome, tries, waits } = await run(forEver({ kind: "not_found" }), { justWritten: true });
    expect(outcome).toBeInstanceOf(Failure);
    expect(tries).toBe(3);
    expect(waits).toEqual([1_000, 4_000]);
  });

  it("on anything else is final at once", async () => {
    const { outcome, tries, waits } = await run([{ kind: "not_found" }]);
    expect(outcome).toBeInstanceOf(Failure);
    expect([tries, waits]).toEqual([1, []]);
  });
});

describe("a rate limit", () => {
  it("is waited for as long as GitHub says, in the job up to 60 s", async () => {
    const { outcome, waits } = await run([limited(60_000)], { repeatable: false });
    expect(outcome).toBe("done");
    expect(waits).toEqual([60_000]);
  });

  it("of more than 60 s reschedules the job at the time GitHub says", async () => {
    const { outcome, tries, waits, now_ms } = await run([limited(60_001)]);
    expect(outcome).toBeInstanceOf(RescheduleError);
    expect(outcome).toMatchObject({
      until: new Date(now_ms + 60_001),
      reason: "rate_limited",
      code: "GITHUB_API_FAILED",
    });
    expect([tries, waits]).toEqual([1, []]);
  });

  it("without a time is waited for a minute in the job, then longer and outside of it", async () => {
    const { outcome, tries, waits, now_ms } = await run(forEver(limited(null)));
    expect(waits).toEqual([60_000]);
    expect(tries).toBe(2);
    expect(outcome).toMatchObject({ until: new Date(now_ms + 120_000) });
  });

  it("reschedules once the waits of one operation come to more than 2 minutes", async () => {
    const { outcome, waits } = await run(forEver(limited(50_000)));
    expect(waits).toEqual([50_000, 50_000]);
    expect(outcome).toBeInstanceOf(RescheduleError);
  });
});

describe("every operation", () => {
  it("gives up after 8 tries, whatever it fails of", async () => {
    const { outcome, tries } = await run(forEver(limited(1_000)));
    expect(outcome).toBeInstanceOf(Failure);
    expect(tries).toBe(8);
  });

  it("counts each kind of trouble by itself", async () => {
    const mixed = [
      noAnswer,
      { kind: "unauthorized" },
      noAnswer,
      { kind: "not_found" },
      limited(2_000),
    ] as Trouble[];
    const { outcome, waits } = await run(mixed, { justWritten: true, onUnauthorized: async () => {} });
    expect(outcome).toBe("done");
    expect(waits).toEqual([500, 1_000, 1_000, 1_000, 2_000]);
  });

  it("ends at once with a final answer", async () => {
    const { outcome, tries } = await run([{ kind: "final" }]);
    expect(outcome).toBeInstanceOf(Failure);
    expect(tries).toBe(1);
  });

  it("passes on what is not the remote's, such as a lost fence", async () => {
    const lost = new Error("fence lost");
    const operation = vi.fn(async () => {
      throw lost;
    });
    const clock = createFakeClock();
    const options = { signal: new AbortController().signal, repeatable: true, classify: () => null };
    await expect(withRetries(operation, { clock, random: () => 0 }, options)).rejects.toBe(lost);
    expect(operation).toHaveBeenCalledTimes(1);
  });

  it("reports each try that is to follow", async () => {
    const onRetry = vi.fn();
    await run([noAnswer, limited(3_000)], { onRetry });
    expect(onRetry.mock.calls).toEqual([
      [{ trouble: "uncertain", tries: 1, wait_ms: 500 }],
      [{ trouble: "rate_limited", tries: 2, wait_ms: 3_000 }],
    ]);
  });

  it("ends with the signal's reason, not tried again, when it is aborted", async () => {
    const abort = new AbortController();
    const operation = vi.fn(async () => {
      abort.abort(new Error("stopping"));
      throw new Error("the request was aborted");
    });
    const deps = { clock: createFakeClock(), random: () => 0 };
    const options = { signal: abort.signal, repeatable: false, classify: () => noAnswer };
    await expect(withRetries(operation, deps, options)).rejects.toThrow("stopping");
    await expect(withRetries(operation, deps, options)).rejects.toThrow("stopping");
    expect(operation).toHaveBeenCalledTimes(1);
  });
});
