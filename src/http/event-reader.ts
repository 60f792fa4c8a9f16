import type { Logger } from "pino";
import type { Db } from "../db/connect.ts";
import type { EventSignal } from "../db/event-signal.ts";
import { listEvents } from "../db/events-store.ts";

/** Of one read: what one reader of a stream makes this process hold. */
export const EVENTS_PER_PAGE_MAX = 100;

export type EventRow = Awaited<ReturnType<typeof listEvents>>[number];

export interface EventPosition {
  /** null: the events of all proposals. */
  proposalId: string | null;
  /** The `seq` of the last event the reader has. */
  after: number;
}

/** The next events after a position, at least one: waits until there are any. Rejects only when aborted. */
export type ReadEvents = (position: EventPosition, signal: AbortSignal) => Promise<EventRow[]>;

/**
 * Reads the feed by number, so that it makes no difference to its order how often, how late or by whom it was woken. A
 * database that is away is asked again whenever the signal rings.
 */
export const createEventReader =
  ({ db, signal: bell, log }: { db: Db; signal: EventSignal; log: Pick<Logger, "warn"> }): ReadEvents =>
  async ({ proposalId, after }, signal) => {
    let failed = false;
    for (;;) {
      signal.throwIfAborted();
      const seen = bell.rings;
      try {
        const filter = { after, limit: EVENTS_PER_PAGE_MAX };
        const rows = await listEvents(db, proposalId === null ? filter : { ...filter, proposalId });
        if (rows.length > 0) return rows;
        failed = false;
      } catch (err) {
        if (!failed) log.warn({ err }, "a stream of events can't be read on, and is tried again");
        failed = true;
      }
      await bell.rung(seen, signal);
    }
  };
