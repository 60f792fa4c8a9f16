import { crashPart } from "./crash/crash-part.ts";
import { databasePart } from "./database/database-part.ts";
import { faultsPart } from "./faults/faults-part.ts";
import { hostilePart } from "./hostile/hostile-part.ts";
import { leaksPart } from "./leaks/leaks-part.ts";
import type { Part } from "./part.ts";
import { racesPart } from "./races/races-part.ts";
import { zombiePart } from "./zombie/zombie-part.ts";

/** Each in the order in which its parts run; the tracks run side by side, and take about the same time. */
export const tracks: readonly (readonly Part[])[] = [
  [crashPart, faultsPart],
  [zombiePart, databasePart, racesPart, leaksPart, hostilePart],
];
