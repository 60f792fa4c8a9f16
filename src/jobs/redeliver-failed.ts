import type { Logger } from "pino";
import type { Clock } from "../clock.ts";
import type { Db } from "../db/connect.ts";
import {
  type DeliveryFate,
  findDeliveryFates,
  newestDelivery,
  oldestFailedDelivery,
  type RedeliveryState,
  readRedeliveryState,
  writeRedeliveryState,
} from "../db/redelivery-store.ts";
import { RescheduleError } from "../github/github-errors.ts";
import type { HookDeliveries, HookDelivery } from "../github/hook-deliveries.ts";
import { isRefusal } from "../github/is-refusal.ts";
import { listDeliveries } from "./list-deliveries.ts";
import { isDue, isHopeless, KEPT_MS, progress, triesAfter } from "./redelivery-progress.ts";

/** Our clock and GitHub's, and the time a delivery takes. */
const CLOCKS_APART_MS = 10 * 60_000;
/** Of one run; the rest is seen by the next ones. */
const REQUESTS_MAX = 100;
/** An event that fails here so often will fail again. */
const ATTEMPTS_MAX = 3;

export interface RedeliverFailedDeps {
  db: Db;
  deliveries: HookDeliveries;
  clock: Clock;
  log: Pick<Logger, "info" | "warn">;
}

/**
 * Has GitHub deliver again what did not reach us, or what failed here: GitHub does not do it by itself. The watermark
 * passes only what is settled, so a run that dies loses nothing; what it asked for twice is taken in once.
 * https://docs.github.com/webhooks/using-webhooks/automatically-redelivering-failed-deliveries-for-a-github-app-webhook
 */
export const createRedeliverFailed =
  (deps: RedeliverFailedDeps) =>
  async (signal: AbortSignal): Promise<void> => {
    const { db, clock, log } = deps;
    const now_ms = clock.now();
    const before = await readRedeliveryState(db);
    const listed = await listDeliveries(deps, before, await endOfLook(db, before, now_ms), signal);
    const { open, settled } = await judge(db, listed.deliveries, before.tries);
    // While GitHub is in trouble nothing more is asked of it.
    const due = listed.trouble === null ? await chooseDue(db, open, before.tries, now_ms) : [];
    const requested = await requestAgain(deps, due, signal);

    const tries = triesAfter(before.tries, { settled, requested: requested.guids, now_ms });
    await writeRedeliveryState(db, { ...progress(before, listed, open, now_ms), tries });
    const counts = { listed: listed.deliveries.length, open: open.length, requested: requested.guids.length };
    if (open.length > 0) log.info(counts, "webhook deliveries that failed were asked for again");
    const trouble = listed.trouble ?? requested.trouble;
    if (trouble instanceof RescheduleError) {
      log.info({ until: trouble.until }, "GitHub asks to wait; the next run goes on");
    } else if (trouble !== null) throw trouble;
  };

/** The list is read back to here: to the watermark, or to what was taken in and failed since. */
const endOfLook = async (db: Db, { watermark }: RedeliveryState, now_ms: number): Promise<number> => {
  const kept_ms = now_ms - KEPT_MS;
  const failed = await oldestFailedDelivery(db, { since: new Date(kept_ms), attempts_max: ATTEMPTS_MAX });
  const wanted_ms = [watermark?.getTime() ?? kept_ms];
  if (failed !== null) wanted_ms.push(failed.getTime() - CLOCKS_APART_MS);
  return Math.max(kept_ms, Math.min(...wanted_ms));
};

/** @returns of each event that is not settled its newest attempt, and the GUIDs of the others. */
const judge = async (
  db: Db,
  deliveries: readonly HookDelivery[],
  tries: RedeliveryState["tries"],
): Promise<{ open: HookDelivery[]; settled: string[] }> => {
  const events = Map.groupBy(deliveries, ({ guid }) => guid);
  const fates = await findDeliveryFates(db, [...events.keys()]);
  const open: HookDelivery[] = [];
  const settled: string[] = [];
  for (const [guid, attempts] of events) {
    const newest = attempts.toSorted((one, other) => +other.deliveredAt - +one.deliveredAt)[0];
    const answered = attempts.some(({ ok }) => ok);
    const isMissing = needsAnother(fates.get(guid), answered);
    if (newest !== undefined && isMissing && !isHopeless(tries[guid])) open.push(newest);
    else settled.push(guid);
  }
  return { open, settled };
};

/** Our own table knows better than GitHub, which only knows whether it was answered. */
const needsAnother = (fate: DeliveryFate | undefined, answered: boolean): boolean => {
  if (fate === undefined) return !answered;
  return fate.status === "failed" && fate.attempts < ATTEMPTS_MAX;
};

/** Oldest first, because they are the first that GitHub forgets. */
const chooseDue = async (
  db: Db,
  open: readonly HookDelivery[],
  tries: RedeliveryState["tries"],
  now_ms: number,
): Promise<HookDelivery[]> => {
  const reached_ms = (await newestDelivery(db))?.getTime() ?? 0;
  return open
    .filter(({ guid }) => isDue(tries[guid], { now_ms, reached_ms }))
    .toSorted((one, other) => +one.deliveredAt - +other.deliveredAt)
    .slice(0, REQUESTS_MAX);
};

const requestAgain = async (
  { deliveries, log }: RedeliverFailedDeps,
  due: readonly HookDelivery[],
  signal: AbortSignal,
): Promise<{ guids: string[]; trouble: unknown }> => {
  const guids: string[] = [];
  for (const { id, guid } of due) {
    try {
      await deliveries.redeliver(id, signal);
    } catch (err) {
      if (!isRefusal(err)) return { guids, trouble: err };
      // It counts as a try, so that it is not asked for without end.
      log.warn({ err, delivery_id: guid }, "GitHub does not deliver this one again");
    }
    guids.push(guid);
  }
  return { guids, trouble: null };
};
