import type { LeakWorld } from "./leak-world.ts";
import type { Surface } from "./surface.ts";
import { gitSurfaces } from "./surfaces/git-surfaces.ts";
import { githubStateSurfaces } from "./surfaces/github-state.ts";
import { githubTrafficSurfaces } from "./surfaces/github-traffic.ts";
import { serviceSurfaces } from "./surfaces/service-surfaces.ts";
import { storedSurfaces } from "./surfaces/stored-surfaces.ts";

/**
 * Everywhere a secret could get out. Left out is what GitHub has of its own: the hashes of the tokens it gave out, and the
 * app's registration in `sandbox-secrets`.
 *
 * Some of them keep what comes by, so they are made before anything happens.
 */
export const surfacesOf = (world: LeakWorld): Surface[] => [
  ...githubStateSurfaces(world),
  ...gitSurfaces(world),
  ...githubTrafficSurfaces(world),
  ...serviceSurfaces(world),
  ...storedSurfaces(world),
];
