import { crashPart } from "./crash/crash-part.ts";
import { databasePart } from "./database/database-part.ts";
import { faultsPart } from "./faults/faults-part.ts";
import { hostilePart } from "./hostile/hostile-part.ts";
import { leaksPart } from "./leaks/leaks-part.ts";
import type { Part } from "./part.ts";
import { racesPart } from "./races/races-part.ts";
import { zombiePart } from "./zombie/zombie-part.ts";

/**
 * Each in the order in which its parts run; the tracks run side by side. The first one keeps processors busy with starting
 * processes, the other one waits more than it works.
 */
export const tracks: readonly (readonly Part[])[] = [
  [crashPart],
  [zombiePart, databasePart, racesPart, faultsPart, leaksPart, hostilePart],
];
