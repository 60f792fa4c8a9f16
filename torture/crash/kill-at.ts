import assert from "node:assert/strict";
import type { Act } from "../acts/act.ts";
import type { Boundary } from "../boundaries/boundary.ts";
import { ANY, type Held, holdAt } from "../boundaries/hold-at.ts";
import type { Random } from "../random.ts";
import type { Cast } from "./cast.ts";

/** A second kill comes at one of the first so many things the next process does. */
const SECOND_NTH_MAX = 15;
/** Of the runs that were taken over, one of so many is killed again: each kill costs the start of a process. */
const SECOND_SHARE = 4;

/** @returns how many processes were killed: none where the run did not come by there */
export const killAt = async (cast: Cast, act: Act, boundary: Boundary, random: Random): Promise<number> => {
  const { stage } = cast;
  const victim = await cast.actor(act.actor);
  const scene = await act.prepare(stage);
  await stage.settled();
  const held = holdAt(stage, victim, boundary);
  const begun = scene.begin();
  // Waited for below, if nothing goes wrong before.
  begun.catch(() => undefined);
  let kills = 0;
  if (await killOnce(cast, act, held, begun)) {
    kills += 1;
    const next = await cast.actor(act.actor);
    const recovering = begun.then(() => scene.recover?.());
    recovering.catch(() => undefined);
    if (random.below(SECOND_SHARE) === 0) {
      const second = holdAt(stage, next, anyBoundary(act, random));
      if (await killOnce(cast, act, second, recovering)) kills += 1;
      await cast.actor(act.actor);
    }
    await recovering;
    // Who was to recover it may have been killed over it.
    if (kills > 1) await scene.recover?.();
  }
  await begun;
  await stage.settled();
  await scene.check();
  assert.deepEqual(await stage.strays(), [], "no child of a killed process is left");
  return kills;
};

/** Kills the process once it is held there. @returns false when everything ended before */
const killOnce = async (cast: Cast, act: Act, held: Held, begun: Promise<unknown>): Promise<boolean> => {
  const { stage } = cast;
  const reached = await Promise.race([
    held.reached.then(() => true),
    begun.then(() => stage.settled()).then(() => false),
  ]);
  if (reached) await cast.kill(act.actor);
  held.lose();
  if (reached) await stage.ageHeartbeats();
  return reached;
};

const anyBoundary = (act: Act, random: Random): Boundary => {
  const nth = 1 + random.below(SECOND_NTH_MAX);
  return act.actor === "worker" && random.below(2) === 0
    ? { kind: "request", name: ANY, nth, moment: random.pick(["before", "midway", "after"] as const) }
    : { kind: "commit", name: ANY, nth, moment: random.pick(["before", "after"] as const) };
};
