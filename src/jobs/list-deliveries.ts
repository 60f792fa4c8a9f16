import type { Logger } from "pino";
import type { RedeliveryState } from "../db/redelivery-store.ts";
import type { HookDeliveries, HookDelivery } from "../github/hook-deliveries.ts";
import { isRefusal } from "../github/is-refusal.ts";

/** Of one run: 10,000 deliveries. The next run goes on from there. */
const PAGES_MAX = 100;

export interface ListedDeliveries {
  deliveries: HookDelivery[];
  /** Where the next run goes on; null: the end was reached, or the next one begins anew. */
  next: string | null;
  complete: boolean;
  trouble: unknown;
}

/** Reads GitHub's list from where the last look ended, back to a time. What ends it early keeps what was read so far. */
export const listDeliveries = async (
  { deliveries, log }: { deliveries: HookDeliveries; log: Pick<Logger, "info"> },
  { unfinished }: RedeliveryState,
  end_ms: number,
  signal: AbortSignal,
): Promise<ListedDeliveries> => {
  const all: HookDelivery[] = [];
  let cursor = unfinished?.cursor ?? null;
  for (let pages = 0; pages < PAGES_MAX; pages++) {
    try {
      const page = await deliveries.page(cursor, signal);
      all.push(...page.deliveries.filter(({ deliveredAt }) => deliveredAt.getTime() >= end_ms));
      const isPastEnd = page.deliveries.some(({ deliveredAt }) => deliveredAt.getTime() < end_ms);
      if (isPastEnd || page.next === null)
        return { deliveries: all, next: null, complete: true, trouble: null };
      cursor = page.next;
    } catch (trouble) {
      // A cursor that GitHub takes no more is no reason to be stuck: the next run begins with the newest.
      const next = isRefusal(trouble) ? null : cursor;
      return { deliveries: all, next, complete: false, trouble };
    }
  }
  log.info({ listed: all.length }, "there are more webhook deliveries; the next run goes on");
  return { deliveries: all, next: cursor, complete: false, trouble: null };
};
