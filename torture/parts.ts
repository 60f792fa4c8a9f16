import { crashPart } from "./crash/crash-part.ts";
import type { Part } from "./part.ts";
import { zombiePart } from "./zombie/zombie-part.ts";

/** In the order in which they run. */
export const parts: readonly Part[] = [crashPart, zombiePart];
