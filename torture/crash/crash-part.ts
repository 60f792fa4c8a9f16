import { acts } from "../acts/acts.ts";
import { nameOf } from "../boundaries/boundary.ts";
import { isWrite } from "../boundaries/request-name.ts";
import { workInLanes } from "../lanes.ts";
import type { Part, Trial } from "../part.ts";
import type { Random } from "../random.ts";
import { tooFewReached } from "../reached.ts";
import { type Cast, openCast } from "./cast.ts";
import { findBoundaries, type Spot } from "./find-boundaries.ts";
import { killAt } from "./kill-at.ts";

/** Side by side: each waits most of the time, for heartbeats and polls. */
const LANES = { short: 2, full: 5 };
/** Of those that are found, by chance; a run that is thorough tries them all. */
const REACHED_MAX = { short: 6, full: 100 };
const ACTS_SHORT = 2;

export const crashPart: Part = {
  name: "crash",
  about: "kill -9 at every boundary of every job, and again at a random one of the next process",
  run: async (trial) => {
    const first = await openCast(trial);
    const spots = await chooseSpots(trial, first);
    const violations: string[] = [];
    const enough = new AbortController();
    let tried = 0;
    let reached = 0;
    let kills = 0;
    await workInLanes<Cast, Spot>({
      first,
      open: () => openCast(trial),
      lanes: LANES[trial.size],
      tasks: spots,
      signal: AbortSignal.any([trial.signal, enough.signal]),
      attempt: async (cast, { act, boundary }) => {
        tried += 1;
        const killed = await killAt(cast, act, boundary, trial.random.of(`${act.name} ${nameOf(boundary)}`));
        kills += killed;
        reached += Math.min(killed, 1);
        if (!trial.thorough && reached >= REACHED_MAX[trial.size]) enough.abort();
      },
      failed: ({ act, boundary }, error) => {
        reached += 1;
        violations.push(`${act.name}, killed ${nameOf(boundary)}: ${(error as Error).message}`);
      },
      broken: (error) => violations.push(`a lane could not go on: ${(error as Error).message}`),
    });
    violations.push(...tooFewReached(reached, tried));
    return {
      figures: {
        "boundaries found": spots.length,
        "boundaries killed at": reached,
        "processes killed": kills,
      },
      violations,
    };
  },
};

/**
 * What a request that changes nothing leaves behind is the same before, in the middle of and after it: so of these three
 * one is taken by chance, unless somebody has the time for all.
 */
const withoutTwins = (spots: readonly Spot[], random: Random): Spot[] => {
  const nameOfRead = ({ act, boundary: { kind, name, nth } }: Spot) =>
    kind === "request" && !isWrite(name) ? `${act.name} ${name} ${nth}` : null;
  const reads = Map.groupBy(spots, nameOfRead);
  return [...reads].flatMap(([name, alike]) => (name === null ? alike : [random.pick(alike)]));
};

const chooseSpots = async ({ size, thorough, random }: Trial, cast: Cast): Promise<Spot[]> => {
  try {
    const spots = await findBoundaries(cast, size === "short" ? random.some(acts, ACTS_SHORT) : acts);
    // A process that dies after it has read something is one that dies before what it does next.
    const killable = spots.filter(({ boundary }) => boundary.kind !== "read");
    if (thorough) return killable;
    const different = withoutTwins(killable, random);
    return random.some(different, different.length);
  } catch (error) {
    await cast.close();
    throw error;
  }
};
