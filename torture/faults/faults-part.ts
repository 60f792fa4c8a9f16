import { createObjectCache } from "../../src/git/object-cache.ts";
import type { Fetch } from "../../src/github/bounded-fetch.ts";
import { createMetrics } from "../../src/metrics.ts";
import type { Outcome, Part, Trial } from "../part.ts";
import { checkCell } from "./check-cell.ts";
import { openGround, type Site } from "./ground.ts";
import { type Cell, dealt, describeCell, type Found, matrixOf, pairsOf } from "./matrix.ts";
import { PLAYS } from "./plays.ts";
import { createQueue } from "./queue.ts";
import { retryCell } from "./retry-cell.ts";
import { runCell, type Stage } from "./run-cell.ts";
import type { Play } from "./scene.ts";
import { createWire } from "./wire.ts";
import { createWorker } from "./worker.ts";

interface Size {
  /** Jobs, of all kinds and beginnings. */
  plays: number;
  /** Of the matrix, which has some 2,300. */
  cells: number;
  /** Cells with two faults. */
  pairs: number;
}

const SIZES: Record<Trial["size"], Size> = {
  short: { plays: 3, cells: 12, pairs: 3 },
  full: { plays: PLAYS.length, cells: 220, pairs: 20 },
};
/** Lists of GitHub's, and its state on disk, stay short. */
const CELLS_PER_SITE = 50;
const NOTE_EVERY = 100;

export interface FaultsOptions {
  /** A defect to plant below the jobs, so that a test can see it found. */
  plant?: (fetch: Fetch) => Fetch;
  /** Names of jobs, and which of their cells: instead of chance. */
  only?: { plays: readonly string[]; cells: (cell: Cell) => boolean };
}

export const createFaultsPart = ({ plant = (fetch) => fetch, only }: FaultsOptions = {}): Part => ({
  name: "faults",
  about: "every request of every job × everything that goes wrong with GitHub",
  run: async (trial) => {
    const { random, signal, note, thorough } = trial;
    const size = SIZES[trial.size];
    await using stage = await openStage(trial, plant);
    const plays =
      only === undefined
        ? random.some(PLAYS, size.plays)
        : PLAYS.filter(({ name }) => only.plays.includes(name));
    const found = await discover(stage, plays);
    const matrix = matrixOf(found);
    const cells =
      only === undefined
        ? [
            ...dealt(matrix, thorough ? matrix.length : size.cells, random),
            ...pairsOf(found, size.pairs, random),
          ]
        : matrix.filter(only.cells);

    const violations: string[] = [];
    let runs = 0;
    let retries = 0;
    let done = 0;
    const site = createSites(stage);
    for (const cell of cells) {
      if (signal.aborted) break;
      const label = describeCell(cell);
      try {
        const here = { ...stage, site: await site() };
        const ran = await runCell(here, cell.play, cell.planned);
        runs += ran.ran.runs;
        const told = [...ran.violations, ...(await checkCell(stage, ran, cell.planned))];
        if (ran.ending !== "done") {
          retries += 1;
          told.push(...(await retryCell(here, ran)));
        }
        violations.push(...told.map((text) => `${label}: ${text}`));
      } catch (error) {
        violations.push(`${label}: it threw ${error instanceof Error ? error.stack : String(error)}`);
      }
      done += 1;
      if (done % NOTE_EVERY === 0) note(`${done} of ${cells.length} cells`);
    }
    return outcomeOf({ found, matrix, done, runs, retries, violations });
  },
});

export const faultsPart: Part = createFaultsPart();

const outcomeOf = ({
  found,
  matrix,
  violations,
  ...counts
}: {
  found: readonly Found[];
  matrix: readonly Cell[];
  done: number;
  runs: number;
  retries: number;
  violations: string[];
}): Outcome => ({
  figures: {
    "requests found": found.reduce((sum, { requests }) => sum + requests.length, 0),
    "cells of the matrix": matrix.length,
    "faults injected (cells)": counts.done,
    runs: counts.runs,
    "retries after a failure": counts.retries,
  },
  violations,
});

/** Everything the cells share. While it is open, what this process sends goes over its wire. */
const openStage = async (trial: Trial, plant: (fetch: Fetch) => Fetch): Promise<Stage & AsyncDisposable> => {
  await using closing = new AsyncDisposableStack();
  const ground = closing.use(await openGround(trial));
  const real = globalThis.fetch;
  const wire = createWire(plant(real), ground.sandbox);
  globalThis.fetch = wire.fetch;
  closing.defer(() => {
    globalThis.fetch = real;
  });
  const queue = await createQueue();
  const objects = createObjectCache();
  const jitter = trial.random.of("jitter");
  const common = {
    ...ground,
    metrics: createMetrics(),
    queue,
    random: () => jitter.below(1_000) / 1_000,
  };
  const calm = createWorker({ ...common, objects, clock: { now: Date.now, sleep: async () => undefined } });
  const startWorker: Stage["startWorker"] = (deps) => createWorker({ ...common, ...deps });
  const opened = closing.move();
  return {
    ...ground,
    wire,
    queue,
    calm,
    startWorker,
    objects,
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
};

/** What each job asks of GitHub in a process that has just started, when nothing goes wrong. */
const discover = async (stage: Stage, plays: readonly Play[]): Promise<Found[]> => {
  const site = await stage.addSite();
  const found: Found[] = [];
  for (const play of plays) {
    const ran = await runCell({ ...stage, site }, play, []);
    const violations = await checkCell(stage, ran, []);
    if (violations.length > 0) throw new Error(`${play.name}, undisturbed: ${violations.join("; ")}`);
    found.push({ play, requests: ran.sent.map(({ name, nth }) => ({ name, nth })) });
  }
  return found;
};

const createSites = (stage: Stage): (() => Promise<Site>) => {
  let site: Site | undefined;
  let cells = 0;
  return async () => {
    if (site === undefined || cells >= CELLS_PER_SITE || !(await isInstalled(stage, site))) {
      site = await stage.addSite();
      cells = 0;
    }
    cells += 1;
    return site;
  };
};

/** Where a cell said that the app is gone, no job does anything until the installation is read again. */
const isInstalled = async ({ db }: Stage, { installationId }: Site): Promise<boolean> => {
  const query = db.selectFrom("installations").select("status").where("id", "=", installationId);
  return (await query.executeTakeFirst())?.status === "active";
};
