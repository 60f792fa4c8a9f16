import { setImmediate } from "node:timers/promises";

/** Work between two turns of the event loop, in bytes hashed or inflated: some 10 ms, well below any heartbeat. */
const PAUSE_EVERY_BYTES = 2 * 1024 * 1024;
/** What an entry costs beside its bytes, in the time of so many bytes. */
const ENTRY_COST_BYTES = 8 * 1024;

export interface PackLimits {
  /** Entries of a pack, by its own count. */
  objects_max: number;
  /** One object or one delta, inflated. */
  object_bytes_max: number;
  /** All objects and all deltas, inflated. */
  total_bytes_max: number;
}

export const PACK_LIMITS: PackLimits = {
  objects_max: 100_000,
  object_bytes_max: 64 * 1024 * 1024,
  total_bytes_max: 128 * 1024 * 1024,
};

/** What one pack has used up, and the pauses that let others work. */
export interface Budget {
  /** What the next object may have. */
  bytes_max: () => number;
  take: (bytes: number) => void;
  worked: (bytes: number) => Promise<void>;
}

export function createBudget({ object_bytes_max, total_bytes_max }: PackLimits): Budget {
  let left_bytes = total_bytes_max;
  let sincePause_bytes = 0;
  return {
    bytes_max: () => Math.min(object_bytes_max, left_bytes),
    take: (bytes) => {
      left_bytes -= bytes;
    },
    worked: async (bytes) => {
      sincePause_bytes += bytes + ENTRY_COST_BYTES;
      if (sincePause_bytes < PAUSE_EVERY_BYTES) return;
      sincePause_bytes = 0;
      await setImmediate();
    },
  };
}
