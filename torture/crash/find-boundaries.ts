import assert from "node:assert/strict";
import type { Act } from "../acts/act.ts";
import { type Boundary, boundariesOf } from "../boundaries/boundary.ts";
import { listenToNoise, watchRun } from "../boundaries/watch-run.ts";
import type { Cast } from "./cast.ts";

export interface Spot {
  act: Act;
  boundary: Boundary;
}

/** Lets each act happen once, undisturbed. @returns every boundary its process came by */
export const findBoundaries = async (cast: Cast, acts: readonly Act[]): Promise<Spot[]> => {
  const spots: Spot[] = [];
  for (const act of acts) {
    const actor = await cast.actor(act.actor);
    const noise = await listenToNoise(actor);
    const scene = await act.prepare(cast.stage);
    await cast.stage.settled();
    const seen = await watchRun(cast.stage, actor, noise, scene.begin);
    await scene.check();
    // What is asked of GitHub while a delivery is taken in, the worker asks.
    const own = act.actor === "web" ? { ...seen, requests: [] } : seen;
    const boundaries = boundariesOf(own);
    assert.ok(boundaries.length > 0, `${act.name} comes by no boundary`);
    for (const boundary of boundaries) spots.push({ act, boundary });
  }
  return spots;
};
