import { setTimeout as delay } from "node:timers/promises";
import { sql } from "kysely";
import type { Db } from "../../src/db/connect.ts";

const POLL_MS = 20;
/** Two dozen jobs one after the other, on a busy machine. */
const OPEN_TIMEOUT_MS = 600_000;

interface Row {
  id: string;
  status: string;
  error: string | null;
  /** When it was recorded, in milliseconds since the epoch. */
  opened_ms: number | null;
}

/**
 * Waits until each of these proposals has its pull request, asking the database and not the service, which is busy.
 * @returns by proposal, when that was recorded, in milliseconds since the epoch by the machine's clock
 * @throws with the error of one that failed
 */
export const untilOpened = async (db: Db, ids: readonly string[]): Promise<Map<string, number>> => {
  const query = sql<Row>`
    SELECT proposals.id, status, pr_open_error AS error, extract(epoch FROM event.at)::float8 * 1000 AS opened_ms
    FROM proposals LEFT JOIN proposal_events AS event
      ON event.proposal_id = proposals.id AND event.kind = 'pr_opened'
    WHERE proposals.id = ANY(${ids})`;
  for (const deadline_ms = Date.now() + OPEN_TIMEOUT_MS; Date.now() < deadline_ms; await delay(POLL_MS)) {
    const { rows } = await query.execute(db);
    const failed = rows.find(({ error }) => error !== null);
    if (failed !== undefined) throw new Error(`proposal ${failed.id} failed: ${failed.error}`);
    const opened = rows.flatMap(({ id, opened_ms }) =>
      opened_ms === null ? [] : [[id, opened_ms] as const],
    );
    if (opened.length === ids.length) return new Map(opened);
  }
  throw new Error(`after ${OPEN_TIMEOUT_MS / 1_000} s not every pull request was open`);
};

/** Of the same clock as the database's, finer than Date.now. */
export const now_ms = (): number => performance.timeOrigin + performance.now();
