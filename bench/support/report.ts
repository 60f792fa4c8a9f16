import { availableParallelism, cpus, loadavg } from "node:os";

export type Print = (line: string) => void;

/** What is promised, in words with the figure, and whether it holds. */
export type Promised = readonly [words: string, kept: boolean];

/** The processes of a bench share the machine with whatever else runs: above this the figures are about that. Runs in a row stay below. */
const LOAD_QUIET_MAX = 2;

/** Of the machine, in the minute before; take it before the bench makes load of its own. */
export const presentLoad = (): number => loadavg()[0] ?? 0;

export const printMachine = (print: Print, load: number): void => {
  const { model = "unknown" } = cpus()[0] ?? {};
  print(
    `${availableParallelism()} × ${model}, Node ${process.versions.node}, load ${load.toFixed(1)} before`,
  );
  if (load > LOAD_QUIET_MAX) print("Other programs keep this machine busy: what is measured says little.");
};

/** @returns whether everything promised holds */
export const printPromises = (print: Print, promises: readonly Promised[]): boolean => {
  for (const [words, kept] of promises) print(`${kept ? "kept  " : "BROKEN"}  ${words}`);
  return promises.every(([, kept]) => kept);
};
