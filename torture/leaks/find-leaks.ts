import { needlesOf } from "./needles.ts";
import { createSearch, type Match, type Search } from "./search.ts";
import type { Secret } from "./secret.ts";
import type { Seen, Surface } from "./surface.ts";

export interface Leak {
  secret: Secret;
  /** How the secret was written there. */
  form: string;
  surface: string;
  place: string;
  /** What stood right before it, for whoever looks for the cause; other secrets in it are not shown. */
  before: string;
}

export interface Found {
  leaks: Leak[];
  searched_bytes: number;
}

const BEFORE_BYTES_MAX = 60;
/** Of one secret on one surface: a log that leaks does so in every line. */
const PLACES_MAX = 5;

/** Reads every surface to its end and looks for every secret in every spelling. Each place is told of once. */
export const findLeaks = async (surfaces: readonly Surface[], secrets: readonly Secret[]): Promise<Found> => {
  const search = createSearch(secrets.flatMap(needlesOf));
  const leaks: Leak[] = [];
  let searched_bytes = 0;
  for (const surface of surfaces) {
    const places = new Map<Secret, Set<string>>();
    for await (const seen of surface.read()) {
      searched_bytes += seen.bytes.length;
      for (const leak of leaksOf(surface.name, seen, search)) {
        const known = places.get(leak.secret) ?? new Set();
        places.set(leak.secret, known);
        if (known.has(seen.place) || known.size === PLACES_MAX) continue;
        known.add(seen.place);
        leaks.push(leak);
      }
    }
  }
  return { leaks, searched_bytes };
};

/** The first of each secret. */
const leaksOf = (surface: string, { place, bytes }: Seen, search: Search): Leak[] => {
  const matches = search(bytes);
  const first = new Map<Secret, Leak>();
  for (const { needle, at } of matches) {
    const { secret, form } = needle;
    if (first.has(secret) || secret.mayStandIn?.(surface, place)) continue;
    const shown = masked(Buffer.from(place), search(Buffer.from(place)));
    first.set(secret, { secret, form, surface, place: shown, before: textBefore(bytes, matches, at) });
  }
  return [...first.values()];
};

const textBefore = (bytes: Uint8Array, matches: readonly Match[], at: number): string => {
  const from = Math.max(0, at - BEFORE_BYTES_MAX);
  const near = matches.filter((match) => match.at < at && match.at + match.needle.bytes.length > from);
  return masked(
    bytes.subarray(from, at),
    near.map(({ needle, at }) => ({ needle, at: at - from })),
  );
};

/** The text with a star for every byte of a secret. */
const masked = (bytes: Uint8Array, matches: readonly Match[]): string => {
  const text = Buffer.from(bytes);
  for (const { needle, at } of matches) text.fill("*", Math.max(0, at), at + needle.bytes.length);
  return text.toString("utf8").replace(/\p{Cc}/gu, " ");
};
