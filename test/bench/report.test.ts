import { expect, it } from "vitest";
import { WAYS, type Way } from "../../bench/git/job.ts";
import type { Measured } from "../../bench/git/measure.ts";
import { type Cell, printCells, promisesOf } from "../../bench/git/report.ts";
import { type Promised, printPromises } from "../../bench/support/report.ts";

const SIZES = [20, 2_000, 20_000, 50_000];

const measured = (elapsed_ms: number, more: Partial<Measured> = {}): Measured => {
  const cost = { elapsed_ms, requests: 2, bytes: 23_000 };
  return { cold: cost, moved: { ...cost, elapsed_ms: elapsed_ms / 2 }, unmoved: cost, peak_mb: 100, ...more };
};

/** Our way takes 700 ms at any size; the git CLI takes 20 times as long. */
const cellsWith = (at: (files: number) => Partial<Measured> = () => ({})): Cell[] =>
  SIZES.flatMap((files) =>
    WAYS.map((way: Way) => ({
      way,
      files,
      latency_ms: 80,
      measured:
        way === "protocol v2" ? measured(700, at(files)) : way === "git CLI" ? measured(14_000) : null,
    })),
  );

const broken = (cells: readonly Cell[]) =>
  promisesOf(cells, 80).flatMap(([words, kept]) => (kept ? [] : [words.replace(/:.*/, "")]));

it("keeps every promise of figures that are as promised", () => {
  expect(broken(cellsWith())).toEqual([]);
});

it.each([
  ["cold at 50000 files, to cold at 20", { cold: { elapsed_ms: 876, requests: 8, bytes: 23_000 } }],
  ["requests at any size, cold", { cold: { elapsed_ms: 700, requests: 9, bytes: 23_000 } }],
  [
    "requests at any size, warm with the base moved",
    { moved: { elapsed_ms: 350, requests: 4, bytes: 23_000 } },
  ],
  ["requests at any size, warm", { unmoved: { elapsed_ms: 350, requests: 3, bytes: 23_000 } }],
  ["bytes moved cold at 50000 files", { cold: { elapsed_ms: 700, requests: 8, bytes: 30_000 } }],
  [
    "KB moved at any size, warm with the base moved",
    { moved: { elapsed_ms: 350, requests: 3, bytes: 72_000 } },
  ],
  ["peak memory at 50000 files above that at 20", { peak_mb: 133 }],
])("breaks '%s' when only the largest repository does", (promise, more) => {
  expect(broken(cellsWith((files) => (files === 50_000 ? more : {})))).toEqual([promise]);
});

it("breaks what is promised against the git CLI when a job at 20,000 files is too slow for it", () => {
  const slow = measured(1_000);
  const late = { cold: slow.cold, moved: { ...slow.moved, elapsed_ms: 2_400 } };
  expect(broken(cellsWith((files) => (files === 20_000 ? late : {})))).toEqual([
    "cold at 20000 files, faster than the git CLI",
    "warm at 20000 files, faster than the git CLI",
  ]);
});

it("does not take what was not measured for kept", () => {
  const cells = cellsWith().map((cell) => (cell.files === 50_000 ? { ...cell, measured: null } : cell));
  expect(broken(cells)).not.toEqual([]);
});

it("sets each way beside the git CLI, and says what was not run", () => {
  const lines: string[] = [];
  printCells((line) => lines.push(line), cellsWith());
  expect(lines.filter((line) => line.startsWith("protocol v2"))[0]).toMatch(/700 ms +0\.05 ×/);
  expect(lines.filter((line) => line.startsWith("isomorphic-git"))[0]).toMatch(/not run$/);
});

it("fails when one promise is broken", () => {
  const lines: string[] = [];
  const promises: Promised[] = [
    ["one", true],
    ["other", false],
  ];
  expect(printPromises((line) => lines.push(line), promises)).toBe(false);
  expect(lines).toEqual(["kept    one", "BROKEN  other"]);
  expect(printPromises(() => undefined, promises.slice(0, 1))).toBe(true);
});
