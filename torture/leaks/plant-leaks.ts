import { randomBytes } from "node:crypto";
import { findLeaks, type Leak } from "./find-leaks.ts";
import type { Secret } from "./secret.ts";
import type { Surface } from "./surface.ts";

const PLANTED_BYTES = 16;

interface Planted {
  surface: Surface;
  secret: Secret;
  place: string;
}

/**
 * Plants a text of its own on every surface and searches them all again: each has to be found where it was planted, and
 * nowhere else but where that is shown too. Whoever does not find them would not have found a secret either.
 * @returns how many were found as they should, and what is to be said of the others
 */
export const plantLeaks = async (
  surfaces: readonly Surface[],
): Promise<{ found: number; problems: string[] }> => {
  const planted: Planted[] = [];
  for (const surface of surfaces) {
    const text = randomBytes(PLANTED_BYTES).toString("hex");
    const place = await surface.plant(text);
    planted.push({ surface, place, secret: { kind: `what was planted on ${surface.name}`, parts: [text] } });
  }
  const secrets = planted.map(({ secret }) => secret);
  const { leaks } = await findLeaks(surfaces, secrets);
  const problems = planted.flatMap((one) => problemOf(one, leaks) ?? []);
  return { found: planted.length - problems.length, problems };
};

const problemOf = ({ surface, secret, place }: Planted, leaks: readonly Leak[]): string | null => {
  const allowed = surface.shownOn ?? [];
  const found = leaks
    .filter((leak) => leak.secret === secret && !allowed.includes(leak.surface))
    .map((leak) => `${leak.surface}, at ${leak.place}`);
  const wanted = `${surface.name}, at ${place}`;
  if (found.length === 1 && found[0] === wanted) return null;
  return `${secret.kind} has to be found on ${wanted}; it was found on: ${found.join("; ") || "nothing"}`;
};
