import { describe, expect, it } from "vitest";
import { createRateLimits } from "../../src/github/rate-limits.ts";
import { createFakeClock } from "../support/fake-clock.ts";

describe("what is left of an installation's rate limit", () => {
  it("is what was heard last, of each by itself", () => {
    const limits = createRateLimits({ clock: createFakeClock() });
    expect(limits.remaining(1)).toBeNull();
    limits.note(1, 4_000);
    limits.note(2, 10);
    limits.note(1, 3_999);
    expect([limits.remaining(1), limits.remaining(2)]).toEqual([3_999, 10]);
  });

  it("is forgotten after a while, so that whoever kept away asks again", () => {
    const clock = createFakeClock();
    const limits = createRateLimits({ clock });
    limits.note(1, 0);
    clock.advance(5 * 60_000);
    expect(limits.remaining(1)).toBe(0);
    clock.advance(1);
    expect(limits.remaining(1)).toBeNull();
  });

  it("is kept of a thousand installations, the last heard of", () => {
    const limits = createRateLimits({ clock: createFakeClock() });
    for (let id = 1; id <= 1_000; id++) limits.note(id, id);
    limits.note(1, 11);
    limits.note(1_001, 5);
    expect([limits.remaining(1), limits.remaining(2), limits.remaining(3)]).toEqual([11, null, 3]);
  });
});
