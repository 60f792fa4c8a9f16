import { asRatio, inMs, tableLines } from "../support/figures.ts";
import type { Print, Promised } from "../support/report.ts";
import { WAYS, type Way } from "./job.ts";
import type { Cost, Measured } from "./measure.ts";

/** One way on one repository with one latency; null: not run. */
export interface Cell {
  way: Way;
  files: number;
  latency_ms: number;
  measured: Measured | null;
}

const COLD_GROWTH_MAX = 1.25;
const FASTER_COLD_MIN = 15;
const FASTER_WARM_MIN = 3;
const REQUESTS_MAX = { cold: 8, moved: 3, unmoved: 2 };
/** What the first trial of this way moved, with a chart of 20 KB. */
const BYTES_EXPECTED = 23_000;
const BYTES_TOLERANCE = 0.3;
const PEAK_GROWTH_MB_MAX = 32;

const HEAD = ["", "cold", "to CLI", "warm, moved", "to CLI", "warm", "to CLI", "requests", "KB", "peak"];

/** A table for each size and latency; each way's time stands beside its ratio to the git CLI's in the same table. */
export const printCells = (print: Print, cells: readonly Cell[]): void => {
  const tables = Map.groupBy(
    cells,
    ({ files, latency_ms }) => `${files.toLocaleString("en")} files, ${latency_ms} ms`,
  );
  for (const [title, rows] of tables) {
    const reference = rows.find(({ way }) => way === "git CLI")?.measured ?? null;
    print("");
    for (const line of tableLines([[title, ...HEAD.slice(1)], ...rows.map((cell) => row(cell, reference))]))
      print(line);
  }
};

const row = ({ way, measured }: Cell, reference: Measured | null): string[] => {
  if (measured === null) return [way, "not run"];
  const { cold, moved, unmoved, peak_mb } = measured;
  const time = (cost: Cost, other: Cost | undefined) => [
    inMs(cost.elapsed_ms),
    asRatio(cost.elapsed_ms, other?.elapsed_ms ?? Number.NaN),
  ];
  const three = (figure: (cost: Cost) => number) =>
    [cold, moved, unmoved].map((cost) => (Number.isNaN(cost.requests) ? "–" : `${figure(cost)}`)).join("/");
  return [
    way,
    ...time(cold, reference?.cold),
    ...time(moved, reference?.moved),
    ...time(unmoved, reference?.unmoved),
    three(({ requests }) => requests),
    three(({ bytes }) => Math.round(bytes / 1_000)),
    // Git's own processes, which do the work there, are not in it.
    way === "git CLI" ? "–" : `${Math.round(peak_mb)} MB`,
  ];
};

/** What is promised of our own way, from the cells with that latency. */
export const promisesOf = (cells: readonly Cell[], latency_ms: number): Promised[] => {
  const find = (way: Way, files: number) =>
    cells.find((cell) => cell.way === way && cell.files === files && cell.latency_ms === latency_ms)
      ?.measured;
  const ours = WAYS[0];
  const sizes = [...new Set(cells.map(({ files }) => files))].sort((a, b) => a - b);
  const [small = 0, large = 0] = [sizes[0], sizes.at(-1)];
  const [few, many] = [find(ours, small), find(ours, large)];
  const [fast, cli] = [find(ours, 20_000), find("git CLI", 20_000)];
  const all = sizes.map((files) => find(ours, files));
  return [
    ...(few && many
      ? [
          atMost(
            `cold at ${large} files, to cold at ${small}`,
            many.cold.elapsed_ms / few.cold.elapsed_ms,
            COLD_GROWTH_MAX,
            "×",
          ),
        ]
      : []),
    ...(fast && cli
      ? [
          atLeast(
            "cold at 20000 files, faster than the git CLI",
            cli.cold.elapsed_ms / fast.cold.elapsed_ms,
            FASTER_COLD_MIN,
            "×",
          ),
          atLeast(
            "warm at 20000 files, faster than the git CLI",
            cli.moved.elapsed_ms / fast.moved.elapsed_ms,
            FASTER_WARM_MIN,
            "×",
          ),
        ]
      : []),
    ...(["cold", "moved", "unmoved"] as const).map((kind) =>
      atMost(
        `requests at any size, ${{ cold: "cold", moved: "warm with the base moved", unmoved: "warm" }[kind]}`,
        Math.max(...all.map((measured) => measured?.[kind].requests ?? Number.NaN)),
        REQUESTS_MAX[kind],
        "",
      ),
    ),
    ...sizes.map((files) => bytesAsExpected(files, find(ours, files)?.cold.bytes ?? Number.NaN)),
    atMost(
      "KB moved at any size, warm with the base moved",
      Math.max(...all.map((measured) => measured?.moved.bytes ?? Number.NaN)) / 1_000,
      (BYTES_EXPECTED * (1 + BYTES_TOLERANCE)) / 1_000,
      "",
    ),
    ...(few && many
      ? [
          atMost(
            `peak memory at ${large} files above that at ${small}`,
            many.peak_mb - few.peak_mb,
            PEAK_GROWTH_MB_MAX,
            " MB",
          ),
        ]
      : []),
  ];
};

const shown = (figure: number) => (Number.isInteger(figure) ? `${figure}` : figure.toFixed(2));

const atMost = (words: string, figure: number, bound: number, unit: string): Promised => [
  `${words}: ${shown(figure)}${unit} (at most ${bound}${unit})`,
  figure <= bound,
];

const atLeast = (words: string, figure: number, bound: number, unit: string): Promised => [
  `${words}: ${shown(figure)}${unit} (at least ${bound}${unit})`,
  figure >= bound,
];

const bytesAsExpected = (files: number, bytes: number): Promised => [
  `bytes moved cold at ${files} files: ${(bytes / 1_000).toFixed(1)} KB (23 KB ± 30 %)`,
  Math.abs(bytes - BYTES_EXPECTED) <= BYTES_EXPECTED * BYTES_TOLERANCE,
];
