import assert from "node:assert/strict";
import type { Act } from "../acts/act.ts";
import { acts } from "../acts/acts.ts";
import { type Boundary, boundariesOf, nameOf } from "../boundaries/boundary.ts";
import { isWrite } from "../boundaries/request-name.ts";
import { listenToNoise, type Noise, watchRun } from "../boundaries/watch-run.ts";
import { workInLanes } from "../lanes.ts";
import type { Part, Trial } from "../part.ts";
import { tooFewReached } from "../reached.ts";
import { freezeAt } from "./freeze-at.ts";
import { openPair, type Pair } from "./pair.ts";

/** Side by side: each waits nearly all the time. */
const LANES = { short: 1, full: 6 };
/** Of those that are found, by chance; a run that is thorough tries them all. */
const REACHED_MAX = { short: 2, full: 40 };

interface Spot {
  act: Act;
  boundary: Boundary;
}

/** What a process that only takes in was about to do, GitHub asks for again. */
const suspendable = acts.filter(({ actor }) => actor === "worker");

export const zombiePart: Part = {
  name: "zombie",
  about: "workers suspended at every boundary until another one has done their job, and then woken up",
  run: async (trial) => {
    const first = await openPair(trial);
    const { spots, noise } = await chooseSpots(trial, first);
    const violations: string[] = [];
    const enough = new AbortController();
    let tried = 0;
    let reached = 0;
    await workInLanes<Pair, Spot>({
      first,
      open: () => openPair(trial),
      lanes: LANES[trial.size],
      tasks: spots,
      signal: AbortSignal.any([trial.signal, enough.signal]),
      attempt: async (pair, { act, boundary }) => {
        tried += 1;
        if (await freezeAt(pair, act, boundary, noise)) reached += 1;
        if (!trial.thorough && reached >= REACHED_MAX[trial.size]) enough.abort();
      },
      failed: ({ act, boundary }, error) => {
        reached += 1;
        violations.push(`${act.name}, suspended ${nameOf(boundary)}: ${(error as Error).message}`);
      },
      broken: (error) => violations.push(`a lane could not go on: ${(error as Error).message}`),
    });
    violations.push(...tooFewReached(reached, tried));
    return {
      figures: { "boundaries found": spots.length, "workers suspended": reached },
      violations,
    };
  },
};

/**
 * In all of these what was asked is answered when the sender wakes up; but a write may also be kept by the network until
 * then. A check run that GitHub takes in so late is a second one, which can't be deleted: GitHub shows the newest.
 */
const isWorthwhile = ({ kind, name, moment }: Boundary): boolean =>
  moment === "after" || (moment === "before" && kind === "request" && isWrite(name) && name !== MAKES_CHECK);

const MAKES_CHECK = "POST /repos/{repository}/check-runs";

const chooseSpots = async ({ size, random }: Trial, pair: Pair): Promise<{ spots: Spot[]; noise: Noise }> => {
  try {
    const { stage } = pair;
    const noise = await listenToNoise(pair.awake());
    const spots: Spot[] = [];
    for (const act of size === "short" ? random.some(suspendable, 1) : suspendable) {
      const scene = await act.prepare(stage);
      await stage.settled();
      const seen = await watchRun(stage, pair.awake(), noise, scene.begin);
      const boundaries = boundariesOf(seen).filter(isWorthwhile);
      assert.ok(boundaries.length > 0, `${act.name} comes by no boundary`);
      for (const boundary of boundaries) spots.push({ act, boundary });
    }
    return { spots: random.some(spots, spots.length), noise };
  } catch (error) {
    await pair.close();
    throw error;
  }
};
