import type { Logger } from "pino";
import type { Clock } from "../clock.ts";
import type { Db } from "../db/connect.ts";
import {
  type DeliveryPosition,
  failLostDeliveries,
  listUnfinishedDeliveries,
} from "../db/deliveries-store.ts";
import type { JobQueue } from "../queue/job-queue.ts";

/** Longer than a job needs to be seen after its delivery was stored, whatever the queue is busy with. */
const LOST_AFTER_MS = 10 * 60_000;
const PAGE_DELIVERIES = 500;
/** Of one sweep. */
const FAILED_MAX = 500;
const PAGES_MAX = 20;

const MESSAGE =
  "Its jobs ended without a result. GitHub is asked to deliver it again; until then the regular looks make up for it.";

export interface SettleLostDeliveriesDeps {
  db: Db;
  queue: Pick<JobQueue, "deliveriesWithJobs">;
  clock: Clock;
  log: Logger;
}

/**
 * Fails deliveries that wait for jobs which are gone, such as those of a worker that died for good, so that GitHub is
 * asked for them again and nobody waits for ever.
 * @returns how many
 */
export const createSettleLostDeliveries =
  ({ db, queue, clock, log }: SettleLostDeliveriesDeps) =>
  async (): Promise<number> => {
    const before = new Date(clock.now() - LOST_AFTER_MS);
    let failed = 0;
    let after: DeliveryPosition | null = null;
    for (let page = 0; page < PAGES_MAX && failed < FAILED_MAX; page++) {
      const seen = await listUnfinishedDeliveries(db, { before, after, limit: PAGE_DELIVERIES });
      const ids = seen.map(({ delivery_id }) => delivery_id);
      if (ids.length === 0) break;
      const alive = await queue.deliveriesWithJobs(ids);
      const lost = ids.filter((id) => !alive.has(id)).slice(0, FAILED_MAX - failed);
      failed += (await failLostDeliveries(db, { deliveryIds: lost, before, error: MESSAGE })).length;
      after = seen.at(-1) ?? null;
    }
    if (failed > 0) log.warn({ failed }, "deliveries had lost their jobs");
    return failed;
  };
