import { sql } from "kysely";
import { expect } from "vitest";
import type { Db } from "../../src/db/connect.ts";

/** Waits until so many sessions of this database wait for locks that others hold; more may be still on their way. */
export const untilSessionsWait = (db: Db, count = 1): Promise<void> =>
  expect
    .poll(async () => {
      // Other files' databases are on the same server.
      const waiting = await sql`SELECT FROM pg_stat_activity
        WHERE datname = current_database() AND wait_event_type = 'Lock'`.execute(db);
      return waiting.rows.length;
    })
    .toBeGreaterThanOrEqual(count);
