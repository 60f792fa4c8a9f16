import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { WAYS, type Way } from "./git/job.ts";
import { makeRepository } from "./git/make-repository.ts";
import { type BenchRepository, measureWay, type Runs } from "./git/measure.ts";
import { type Cell, printCells, promisesOf } from "./git/report.ts";
import { startServer } from "./git/start-server.ts";
import type { BenchOptions } from "./support/options.ts";
import { type Print, presentLoad, printMachine, printPromises } from "./support/report.ts";

const SIZES = [20, 2_000, 20_000, 50_000];
const LATENCIES_MS = [0, 80];
/** At which what is promised is held to it. */
const PROMISED_AT_MS = 80;

const RUNS: Runs = { cold: 3, warm: 5 };
const ONCE: Runs = { cold: 1, warm: 0 };
/** From here on isomorphic-git takes a minute or more for one job: it is shown once, on demand. */
const SLOW_FILES_MIN = 20_000;
/** A full clone of so many files takes most of a minute. */
const CLONE_SLOW_FILES_MIN = 50_000;

/**
 * The git part of one job in three ways, on repositories of growing size behind the real `git http-backend`: our own
 * transport, the one it falls back to, and the git CLI with a full clone that is kept, which is the reference.
 */
export const benchGit = async (print: Print, { all }: BenchOptions): Promise<boolean> => {
  const load = presentLoad();
  await using closing = new AsyncDisposableStack();
  const root = await mkdtemp(join(tmpdir(), "relyloop-bench-git-"));
  closing.defer(() => rm(root, { recursive: true, force: true }));
  const server = await startServer(root);
  closing.defer(() => server.stop());

  const cells: Cell[] = [];
  for (const files of SIZES) {
    const name = `files-${files}.git`;
    const repository: BenchRepository = { files, name, folder: join(root, name) };
    await makeRepository(repository.folder, files);
    // The first use of anything reads it from the disk, and that is nobody's cost.
    await server.addLatency(0);
    await measureWay(server, repository, "protocol v2", ONCE);
    for (const latency_ms of LATENCIES_MS) {
      await server.addLatency(latency_ms);
      for (const way of WAYS) {
        const runs = runsOf(way, files, latency_ms, all);
        const measured = runs === null ? null : await measureWay(server, repository, way, runs);
        cells.push({ way, files, latency_ms, measured });
      }
    }
  }
  print(
    "The git part of one job: tips, one file, two commits, a new branch. Beside each time its ratio to the git CLI's.",
  );
  print(
    `Medians of ${RUNS.cold} cold and ${RUNS.warm} warm jobs; requests and KB are cold/warm with the base moved/warm.`,
  );
  printMachine(print, load);
  printCells(print, cells);
  print("");
  return printPromises(print, promisesOf(cells, PROMISED_AT_MS));
};

/** @returns null: not run */
const runsOf = (way: Way, files: number, latency_ms: number, all: boolean): Runs | null => {
  if (way === "isomorphic-git" && files >= SLOW_FILES_MIN) {
    return all && latency_ms === PROMISED_AT_MS ? ONCE : null;
  }
  if (way === "git CLI" && files >= CLONE_SLOW_FILES_MIN) return { ...RUNS, cold: 1 };
  return RUNS;
};
