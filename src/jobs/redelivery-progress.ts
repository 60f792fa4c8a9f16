import type { RedeliveryState, Tries } from "../db/redelivery-store.ts";
import type { HookDelivery } from "../github/hook-deliveries.ts";
import type { ListedDeliveries } from "./list-deliveries.ts";

/** As long as GitHub lists deliveries and makes further attempts. */
export const KEPT_MS = 3 * 24 * 60 * 60_000;
/** An attempt may show in GitHub's list a while after it was made. */
const SHOWN_AFTER_MS = 5 * 60_000;
const MINUTE_MS = 60_000;
/** Before the 1st, 2nd… re-request of one event, while nothing else gets through. There is no 6th. */
const WAITS_MS = [0, 10 * MINUTE_MS, 60 * MINUTE_MS, 6 * 60 * MINUTE_MS, 24 * 60 * MINUTE_MS];

type AllTries = RedeliveryState["tries"];

/** Whether it was asked for as often as it may be. */
export const isHopeless = (tried: Tries | undefined): boolean => (tried?.count ?? 0) >= WAITS_MS.length;

/** @param reached_ms when something was received last: if that is after the last try, the way is free again */
export const isDue = (
  tried: Tries | undefined,
  { now_ms, reached_ms }: { now_ms: number; reached_ms: number },
): boolean => {
  if (tried === undefined) return true;
  const last_ms = Date.parse(tried.last_at);
  return reached_ms > last_ms || now_ms >= last_ms + (WAITS_MS[tried.count] ?? KEPT_MS);
};

/** Those of events that are settled go, unless there will be no further one. */
export const triesAfter = (
  tries: AllTries,
  { settled, requested, now_ms }: { settled: string[]; requested: string[]; now_ms: number },
): AllTries => {
  const isKept = ({ last_at }: Tries) => Date.parse(last_at) > now_ms - KEPT_MS;
  const kept = new Map(Object.entries(tries).filter(([, tried]) => isKept(tried)));
  for (const guid of settled) if (!isHopeless(kept.get(guid))) kept.delete(guid);
  const last_at = new Date(now_ms).toISOString();
  for (const guid of requested) kept.set(guid, { count: (kept.get(guid)?.count ?? 0) + 1, last_at });
  return Object.fromEntries(kept);
};

/** The watermark moves when the list was read to its end, and never back. */
export const progress = (
  { watermark, unfinished }: RedeliveryState,
  { next, complete }: ListedDeliveries,
  open: readonly HookDelivery[],
  now_ms: number,
): Pick<RedeliveryState, "watermark" | "unfinished"> => {
  const began_ms = unfinished === null ? now_ms : Date.parse(unfinished.began_at);
  const opens_ms = open.map(({ deliveredAt }) => deliveredAt.getTime());
  if (unfinished?.oldest_open_at) opens_ms.push(Date.parse(unfinished.oldest_open_at));
  const oldest_ms = opens_ms.length === 0 ? null : opens_ms.reduce((one, other) => Math.min(one, other));
  if (!complete) {
    if (next === null) return { watermark, unfinished: null };
    const oldest_open_at = oldest_ms === null ? null : new Date(oldest_ms).toISOString();
    const look = { cursor: next, began_at: new Date(began_ms).toISOString(), oldest_open_at };
    return { watermark, unfinished: look };
  }
  const passed_ms = Math.min(oldest_ms ?? Number.POSITIVE_INFINITY, began_ms - SHOWN_AFTER_MS);
  return { watermark: new Date(Math.max(watermark?.getTime() ?? 0, passed_ms)), unfinished: null };
};
