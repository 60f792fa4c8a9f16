import { stat } from "node:fs/promises";
import { join } from "node:path";
import type { Outcome, Part } from "../part.ts";
import { findLeaks, type Leak } from "./find-leaks.ts";
import { type LeakWorld, openLeakWorld } from "./leak-world.ts";
import { plantLeaks } from "./plant-leaks.ts";
import { chooseProvocations } from "./provocations.ts";
import { provoke } from "./provoke.ts";
import { surfacesOf } from "./surfaces.ts";

/** Runs the service with canaries for secrets, lets everything go wrong, and searches everything they could show on. */
export const leaksPart: Part = {
  name: "leaks",
  about: "searches everything that can be seen for secrets, after everything that can go wrong",
  run: async (trial) => {
    await using closing = new AsyncDisposableStack();
    const world = await openLeakWorld(trial, closing);
    const surfaces = surfacesOf(world);
    const chosen = chooseProvocations(trial);
    const failures = await provoke(world, chosen, trial);
    for (const process of world.processes.values()) await process.end("SIGTERM");
    await world.sandbox.hooks.setUrl(null);

    const secrets = [...world.canaries.secrets, ...world.minted.secrets()];
    trial.note("searching");
    const { leaks, searched_bytes } = await findLeaks(surfaces, secrets);
    trial.note("planting");
    const planted = await plantLeaks(surfaces);
    const { short, long } = world.minted.counts();
    const figures: Outcome["figures"] = {
      "surfaces searched": surfaces.length,
      "bytes searched": searched_bytes,
      "secrets looked for": secrets.length,
      "failures provoked": chosen.length - failures.length,
      "processes looked at": world.samples.count(),
      "planted leaks found": planted.found,
    };
    return {
      figures,
      violations: [
        ...leaks.map(described),
        ...failures,
        ...planted.problems,
        ...(short > 0 && long > 0 ? [] : [`tokens of one form only: ${short} short, ${long} long`]),
        ...(await secretsFileProblem(world)),
      ],
    };
  },
};

const described = ({ secret, form, surface, place, before }: Leak): string =>
  `no secret shows anywhere, but ${secret.kind}, ${form}, is on ${surface}, at ${place}, after "${before}"`;

/** The one file that may hold secrets is for its owner alone. */
const secretsFileProblem = async ({ folders }: Pick<LeakWorld, "folders">): Promise<string[]> => {
  const { mode } = await stat(join(folders.github, "sandbox-secrets"));
  return (mode & 0o777) === 0o600
    ? []
    : [`sandbox-secrets has the mode ${(mode & 0o777).toString(8)}, not 600`];
};
