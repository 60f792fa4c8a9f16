import { describe, expect, it } from "vitest";
import { createTimeline } from "../../../src/jobs/open-pr/timeline.ts";

describe("a run's timeline", () => {
  it("is told in the order things were said, one after the other, however long each takes", async () => {
    const timeline = createTimeline();
    const [first, told] = [Promise.withResolvers<void>(), [] as string[]];
    timeline.tell(async () => {
      await first.promise;
      told.push("first");
    });
    timeline.tell(async () => void told.push("second"));
    const both = timeline.told();
    expect(told).toEqual([]);
    first.resolve();
    await both;
    expect(told).toEqual(["first", "second"]);
  });

  it("ends with what could not be told, which everybody hears who asks", async () => {
    const timeline = createTimeline();
    const lost = new Error("the fence is lost");
    const told: string[] = [];
    timeline.tell(() => Promise.reject(lost));
    timeline.tell(async () => void told.push("after it"));
    await expect(timeline.told()).rejects.toBe(lost);
    timeline.tell(async () => void told.push("later"));
    await expect(timeline.told()).rejects.toBe(lost);
    expect(told).toEqual([]);
  });
});
