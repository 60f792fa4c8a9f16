import { describe, expect, it } from "vitest";
import { createBatches } from "../../src/webhooks/batches.ts";

/** Batches of names, which do not end before they are told to. */
const setUp = ({ items_max = 10, lanes = 1, waiting_max = 100 } = {}) => {
  const begun: { items: readonly string[]; end(error?: Error): void }[] = [];
  const batches = createBatches<string, string>({
    runAll: (items) => {
      const { promise, resolve, reject } = Promise.withResolvers<string[]>();
      const end = (error?: Error) => (error ? reject(error) : resolve(items.map((item) => `${item} done`)));
      begun.push({ items, end });
      return promise;
    },
    keyOf: (item) => item.split(" ")[0] ?? "",
    concernsAll: (error) => (error as Error).message === "down",
    items_max,
    lanes,
    waiting_max,
    refusal: () => new Error("full"),
  });
  /** Waits until so many batches have begun. */
  const batch = async (number: number) => {
    await expect.poll(() => begun.length, { interval: 1 }).toBeGreaterThanOrEqual(number);
    return begun[number - 1] as (typeof begun)[number];
  };
  return { batches, batch, begun };
};

describe("batches", () => {
  it("take whoever is alone at once, and gather who comes while one is under way", async () => {
    const { batches, batch, begun } = setUp();
    const first = batches.run("a");
    const one = await batch(1);
    const others = ["b", "c", "d"].map(batches.run);
    expect(begun.map(({ items }) => items)).toEqual([["a"]]);
    one.end();
    expect(await first).toBe("a done");
    const two = await batch(2);
    expect(two.items).toEqual(["b", "c", "d"]);
    two.end();
    expect(await Promise.all(others)).toEqual(["b done", "c done", "d done"]);
  });

  it("take those together that come in the same moment", async () => {
    const { batches, batch } = setUp();
    void batches.run("a");
    await Promise.resolve();
    void batches.run("b");
    expect((await batch(1)).items).toEqual(["a", "b"]);
  });

  it("are no larger than they may be, and run side by side in several lanes", async () => {
    const { batches, batch, begun } = setUp({ items_max: 2, lanes: 2 });
    const all = ["a", "b", "c", "d", "e"].map(batches.run);
    const [one, two] = [await batch(1), await batch(2)];
    expect([one.items, two.items]).toEqual([
      ["a", "b"],
      ["c", "d"],
    ]);
    expect(begun).toHaveLength(2);
    two.end();
    const three = await batch(3);
    expect(three.items).toEqual(["e"]);
    one.end();
    three.end();
    expect(await Promise.all(all)).toEqual(["a done", "b done", "c done", "d done", "e done"]);
  });

  it("run nothing for a lane that finds nothing left", async () => {
    const { batches, batch, begun } = setUp({ lanes: 3 });
    const both = ["a", "b"].map(batches.run);
    (await batch(1)).end();
    await Promise.all(both);
    const last = batches.run("c");
    (await batch(2)).end();
    await last;
    expect(begun.map(({ items }) => items)).toEqual([["a", "b"], ["c"]]);
  });

  it("never hold two items of one key", async () => {
    const { batches, batch } = setUp();
    const all = ["a 1", "a 2", "b 1"].map(batches.run);
    const one = await batch(1);
    expect(one.items).toEqual(["a 1", "b 1"]);
    one.end();
    const two = await batch(2);
    expect(two.items).toEqual(["a 2"]);
    two.end();
    expect(await Promise.all(all)).toEqual(["a 1 done", "a 2 done", "b 1 done"]);
  });

  it("that fail are done again one by one, so that only the bad one fails", async () => {
    const { batches, batch } = setUp();
    const all = ["a", "bad", "c"].map(batches.run);
    const settled = Promise.allSettled(all);
    (await batch(1)).end(new Error("bad"));
    const [two, three] = [await batch(2), batch(3)];
    expect(two.items).toEqual(["a"]);
    two.end();
    (await three).end(new Error("still bad"));
    const four = await batch(4);
    expect(four.items).toEqual(["c"]);
    four.end();
    expect(await settled).toEqual([
      { status: "fulfilled", value: "a done" },
      { status: "rejected", reason: new Error("still bad") },
      { status: "fulfilled", value: "c done" },
    ]);
  });

  it("fail wholly, and at once, where each by itself would fail too", async () => {
    const { batches, batch, begun } = setUp();
    const settled = Promise.allSettled(["a", "b"].map(batches.run));
    (await batch(1)).end(new Error("down"));
    expect((await settled).map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    expect(begun).toHaveLength(1);
    const later = batches.run("c");
    (await batch(2)).end();
    expect(await later).toBe("c done");
  });

  it("refuse what is more than may wait", async () => {
    const { batches, batch } = setUp({ waiting_max: 2 });
    const first = batches.run("a");
    const one = await batch(1);
    const others = ["b", "c"].map(batches.run);
    await expect(batches.run("d")).rejects.toThrow("full");
    one.end();
    (await batch(2)).end();
    expect(await Promise.all([first, ...others])).toEqual(["a done", "b done", "c done"]);
  });
});
