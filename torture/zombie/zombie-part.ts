import type { Act } from "../acts/act.ts";
import { acts } from "../acts/acts.ts";
import { type Boundary, boundariesOf, nameOf } from "../boundaries/boundary.ts";
import { listenToNoise, type Noise, watchRun } from "../boundaries/watch-run.ts";
import { workInLanes } from "../lanes.ts";
import type { Part, Trial } from "../part.ts";
import { freezeAt } from "./freeze-at.ts";
import { openPair, type Pair } from "./pair.ts";

/** Side by side: each waits nearly all the time. */
const LANES = { short: 1, full: 6 };
const SPOTS_SHORT = 2;

interface Spot {
  act: Act;
  boundary: Boundary;
}

/** Of those that write to GitHub the one most depends on, and of a process that only takes in, none. */
const suspendable = acts.filter(({ actor }) => actor === "worker");

export const zombiePart: Part = {
  name: "zombie",
  about: "workers suspended at every boundary until another one has done their job, and then woken up",
  run: async (trial) => {
    const first = await openPair(trial);
    const { spots, noise } = await chooseSpots(trial, first);
    const violations: string[] = [];
    let frozen = 0;
    await workInLanes<Pair, Spot>({
      first,
      open: () => openPair(trial),
      lanes: LANES[trial.size],
      tasks: spots,
      signal: trial.signal,
      attempt: async (pair, { act, boundary }) => {
        if (await freezeAt(pair, act, boundary, noise)) frozen += 1;
      },
      failed: ({ act, boundary }, error) => {
        violations.push(`${act.name}, suspended ${nameOf(boundary)}: ${(error as Error).message}`);
      },
    });
    return {
      figures: { "boundaries to be suspended at": spots.length, "workers suspended": frozen },
      violations,
    };
  },
};

const chooseSpots = async ({ size, random }: Trial, pair: Pair): Promise<{ spots: Spot[]; noise: Noise }> => {
  try {
    const { stage } = pair;
    const noise = await listenToNoise(pair.awake());
    const spots: Spot[] = [];
    for (const act of size === "short" ? random.some(suspendable, 1) : suspendable) {
      const scene = await act.prepare(stage);
      await stage.settled();
      const seen = await watchRun(stage, pair.awake(), noise, scene.begin);
      // Whether GitHub gets a request just before its sender is suspended, or it gets the answer just then, is the same:
      // in both cases the answer lies there when the sender wakes up.
      const boundaries = boundariesOf(seen).filter(({ moment }) => moment === "after");
      for (const boundary of boundaries) spots.push({ act, boundary });
    }
    return { spots: size === "short" ? random.some(spots, SPOTS_SHORT) : spots, noise };
  } catch (error) {
    await pair.close();
    throw error;
  }
};
