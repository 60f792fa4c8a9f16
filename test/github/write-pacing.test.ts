import { describe, expect, it } from "vitest";
import { createWritePacing } from "../../src/github/write-pacing.ts";
import { createFakeClock } from "../support/fake-clock.ts";

const signal = new AbortController().signal;

describe("the pacing of writes", () => {
  it("lets a burst of 5 through, then one each second", async () => {
    const clock = createFakeClock();
    const pacing = createWritePacing({ clock });
    for (let write = 0; write < 5; write++) await pacing.take(7, signal);
    expect(clock.waits).toEqual([]);
    for (let write = 0; write < 3; write++) await pacing.take(7, signal);
    expect(clock.waits).toEqual([1_000, 1_000, 1_000]);
  });

  it("gives concurrent callers slots of their own", async () => {
    const waits: number[] = [];
    const clock = { now: () => 0, sleep: async (ms: number) => void waits.push(ms) };
    const pacing = createWritePacing({ clock });
    await Promise.all(Array.from({ length: 8 }, () => pacing.take(7, signal)));
    expect(waits).toEqual([1_000, 2_000, 3_000]);
  });

  it("allows another burst after a pause", async () => {
    const clock = createFakeClock();
    const pacing = createWritePacing({ clock });
    for (let write = 0; write < 5; write++) await pacing.take(7, signal);
    clock.advance(5_000);
    for (let write = 0; write < 5; write++) await pacing.take(7, signal);
    expect(clock.waits).toEqual([]);
  });

  it("paces each installation by itself", async () => {
    const clock = createFakeClock();
    const pacing = createWritePacing({ clock });
    for (let write = 0; write < 5; write++) await pacing.take(7, signal);
    await pacing.take(8, signal);
    expect(clock.waits).toEqual([]);
  });

  it("forgets idle installations before a busy one", async () => {
    const clock = createFakeClock();
    const pacing = createWritePacing({ clock });
    for (let write = 0; write < 5; write++) await pacing.take(1, signal);
    for (let installation = 2; installation < 1_502; installation++) {
      await pacing.take(installation, signal);
      clock.advance(1);
    }
    // 1.5 s after its burst, 1 has room for one write; the next one's slot is half a second away.
    await pacing.take(1, signal);
    await pacing.take(1, signal);
    expect(clock.waits).toEqual([500]);
  });

  it("stops waiting when it is aborted", async () => {
    const abort = new AbortController();
    const clock = {
      now: () => 0,
      sleep: (_: number, waiting?: AbortSignal) =>
        new Promise<void>((_resolve, reject) => {
          waiting?.addEventListener("abort", () => reject(waiting.reason));
        }),
    };
    const pacing = createWritePacing({ clock });
    for (let write = 0; write < 5; write++) await pacing.take(7, abort.signal);
    const sixth = pacing.take(7, abort.signal);
    abort.abort(new Error("stopping"));
    await expect(sixth).rejects.toThrow("stopping");
    await expect(pacing.take(8, abort.signal)).rejects.toThrow("stopping");
  });
});
