import { describe, expect, it } from "vitest";
import { createWhileUsed } from "../../src/webhooks/while-used.ts";

const setUp = (opens: (number: number) => Promise<void> = async () => undefined) => {
  const seen: string[] = [];
  let number = 0;
  const whileUsed = createWhileUsed(async () => {
    const mine = ++number;
    seen.push(`open ${mine}`);
    await opens(mine);
    return { mine, [Symbol.asyncDispose]: async () => void seen.push(`close ${mine}`) };
  });
  return { whileUsed, seen };
};

describe("what is open while it is used", () => {
  it("is opened once for all who use it at the same time, and closed after the last", async () => {
    const { whileUsed, seen } = setUp();
    const first = Promise.withResolvers<void>();
    const waiting = whileUsed(() => first.promise);
    expect(await whileUsed(async ({ mine }) => `used ${mine}`)).toBe("used 1");
    expect(seen).toEqual(["open 1"]);
    first.resolve();
    await waiting;
    expect(seen).toEqual(["open 1", "close 1"]);
    await whileUsed(async () => undefined);
    expect(seen).toEqual(["open 1", "close 1", "open 2", "close 2"]);
  });

  it("is closed also when using it fails", async () => {
    const { whileUsed, seen } = setUp();
    await expect(whileUsed(() => Promise.reject(new Error("no")))).rejects.toThrow("no");
    expect(seen).toEqual(["open 1", "close 1"]);
  });

  it("is tried anew after it could not be opened", async () => {
    const { whileUsed, seen } = setUp(async (number) => {
      if (number === 1) throw new Error("not yet");
    });
    await expect(whileUsed(async () => undefined)).rejects.toThrow("not yet");
    expect(await whileUsed(async ({ mine }) => mine)).toBe(2);
    expect(seen).toEqual(["open 1", "open 2", "close 2"]);
  });
});
