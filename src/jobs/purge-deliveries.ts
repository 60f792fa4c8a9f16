import type { Logger } from "pino";
import type { Clock } from "../clock.ts";
import type { Db } from "../db/connect.ts";
import { deleteDeliveries } from "../db/redelivery-store.ts";

const KEPT_MS = 90 * 24 * 60 * 60_000;
/** Of one statement, so that none holds its locks for long. */
const BATCH_MAX = 1_000;
/** Of one run; the rest goes with the next one. */
const BATCHES_MAX = 1_000;

/** Removes what is known of webhook deliveries after 90 days. */
export const createPurgeDeliveries =
  ({ db, clock, log }: { db: Db; clock: Clock; log: Pick<Logger, "info"> }) =>
  async (signal: AbortSignal): Promise<void> => {
    const before = new Date(clock.now() - KEPT_MS);
    let removed = 0;
    for (let batch = 0; batch < BATCHES_MAX; batch++) {
      signal.throwIfAborted();
      const count = await deleteDeliveries(db, { before, limit: BATCH_MAX });
      removed += count;
      if (count < BATCH_MAX) break;
    }
    if (removed > 0) log.info({ removed }, "old webhook deliveries were removed");
  };
