import { sql } from "kysely";
import type { Db } from "../../src/db/connect.ts";
import type { Planned } from "./deliveries.ts";

const DELIVERIES = sql<{ guid: string; status: string; attempts: number; jobs: string[] }>`
  SELECT delivery_id AS guid, status, attempts, jobs FROM webhook_deliveries`;
const JOBS = sql<{ guid: string; id: string; what: string }>`
  SELECT data->>'delivery_id' AS guid, id, name || ' ' || (data->>'proposal_id') AS what FROM pgboss.job
  WHERE data ? 'delivery_id'`;

/** Holds what is in the database against what was sent. @returns what is wrong, at best nothing */
export const checkEffects = async (db: Db, planned: readonly Planned[]): Promise<string[]> => {
  const stored = new Map((await DELIVERIES.execute(db)).rows.map((row) => [row.guid, row]));
  const jobsOf = Map.groupBy((await JOBS.execute(db)).rows, ({ guid }) => guid);
  const extra = stored.size - planned.length;
  return [
    ...(extra === 0 ? [] : [`${stored.size} deliveries are stored, not ${planned.length}`]),
    ...planned.flatMap(({ guid, jobs, status }) => {
      const row = stored.get(guid);
      const found = jobsOf.get(guid) ?? [];
      if (row?.status !== status || row.attempts !== 1) {
        return [`${guid} is ${row?.status} after ${row?.attempts}, not ${status} after 1`];
      }
      const led = found.map(({ what }) => what).sort();
      const ids = found.map(({ id }) => id).sort();
      const isSo = `${led}` === `${jobs}` && `${ids}` === `${row.jobs.toSorted()}`;
      return isSo ? [] : [`${guid} led to ${led} and notes ${row.jobs}, instead of ${jobs}`];
    }),
  ];
};
