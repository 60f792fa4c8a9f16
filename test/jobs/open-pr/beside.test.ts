import { setImmediate } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { createBeside } from "../../../src/jobs/open-pr/beside.ts";

const NEVER = new AbortController().signal;

/** Something asked of others that is never answered. */
const unanswered = (signal: AbortSignal) =>
  new Promise<never>((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));

describe("what goes on beside the steps of a run", () => {
  it("has started when it is asked for, and gives its result or its error to whoever awaits it", async () => {
    const beside = createBeside(NEVER);
    expect(await beside.start(async () => "result")).toBe("result");
    const failing = beside.start(() => Promise.reject(new Error("no answer")));
    await setImmediate();
    await expect(failing).rejects.toThrow("no answer");
  });

  it("is aborted when the run is over without it, and has ended before the run has", async () => {
    const beside = createBeside(NEVER);
    const ended: string[] = [];
    const rest = beside.start(async () => {
      await unanswered(beside.signal).catch(() => undefined);
      await setImmediate();
      ended.push("rest");
    });
    expect(beside.signal.aborted).toBe(false);
    await beside.end();
    expect(ended).toEqual(["rest"]);
    expect(beside.signal.reason).toEqual(new Error("the run is over"));
    await rest;
  });

  it("is aborted with the run, for the run's reason", async () => {
    const run = new AbortController();
    const beside = createBeside(run.signal);
    const asking = beside.start(() => unanswered(beside.signal));
    const reason = new Error("the process is stopping");
    run.abort(reason);
    await expect(asking).rejects.toBe(reason);
  });
});
