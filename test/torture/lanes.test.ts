import { describe, expect, it } from "vitest";
import { workInLanes } from "../../torture/lanes.ts";
import { tooFewReached } from "../../torture/reached.ts";

/** Places with a number each, and what became of them. */
const setUp = (opens: (() => Promise<void>)[] = []) => {
  const open: string[] = [];
  let made = 0;
  const openPlace = async () => {
    await opens[made]?.();
    const name = `place ${made++}`;
    open.push(name);
    return { name, close: async () => void open.splice(open.indexOf(name), 1) };
  };
  const failed: string[] = [];
  const broken: string[] = [];
  const work = async (tasks: number[], attempt: (place: string, task: number) => Promise<void>, lanes = 2) =>
    workInLanes({
      first: await openPlace(),
      open: openPlace,
      lanes,
      tasks,
      signal: new AbortController().signal,
      attempt: ({ name }, task) => attempt(name, task),
      failed: (task, error) => failed.push(`${task}: ${(error as Error).message}`),
      broken: (error) => broken.push((error as Error).message),
    });
  return { open, failed, broken, work };
};

describe("work in lanes", () => {
  it("does every task once, and closes every place", async () => {
    const { open, work } = setUp();
    const done: number[] = [];
    await work([1, 2, 3, 4, 5], async (_place, task) => void done.push(task));
    expect(done.toSorted()).toEqual([1, 2, 3, 4, 5]);
    expect(open).toEqual([]);
  });

  it("leaves the place of a task that failed", async () => {
    const { open, failed, work } = setUp();
    const places: string[] = [];
    const attempt = async (place: string, task: number) => {
      places.push(place);
      if (task === 1) throw new Error("no");
    };
    await work([1, 2], attempt, 1);
    expect(failed).toEqual(["1: no"]);
    expect(places).toEqual(["place 0", "place 1"]);
    expect(open).toEqual([]);
  });

  it("goes on in the other lanes when one can't, and says so", async () => {
    const { broken, work } = setUp([async () => undefined, () => Promise.reject(new Error("no place"))]);
    const done: number[] = [];
    await work([1, 2, 3], async (_place, task) => void done.push(task));
    expect(done).toEqual([1, 2, 3]);
    expect(broken).toEqual(["no place"]);
  });
});

describe("tries that find nothing to do", () => {
  it("are no success", () => {
    expect(tooFewReached(0, 0)).toHaveLength(1);
    expect(tooFewReached(0, 3)).toHaveLength(1);
    expect(tooFewReached(20, 50)).toHaveLength(1);
    expect(tooFewReached(2, 6)).toEqual([]);
    expect(tooFewReached(40, 50)).toEqual([]);
  });
});
