import { sql } from "kysely";
import type { Db } from "../../src/db/connect.ts";

/**
 * Notes two moments of each attempt, by the database's one clock and without touching the service. The press: the last
 * moment before it commits, by a deferred trigger, so that writing it to disk still counts. The job: when the database
 * received its handler's first statement, which takes the fence and is a transaction of its own.
 */
export const watchDispatch = async (db: Db): Promise<void> => {
  for (const statement of [
    sql`CREATE TABLE bench_moments (proposal_id uuid, what text, at timestamptz)`,
    sql`CREATE FUNCTION bench_note() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        INSERT INTO bench_moments VALUES
          (NEW.id, TG_ARGV[0], CASE TG_ARGV[0] WHEN 'committing' THEN clock_timestamp() ELSE now() END);
        RETURN NULL;
      END $$`,
    sql`CREATE CONSTRAINT TRIGGER bench_committing AFTER UPDATE ON proposals DEFERRABLE INITIALLY DEFERRED
      FOR EACH ROW WHEN (NEW.open_pr_state = 'queued' AND OLD.open_pr_state <> 'queued')
      EXECUTE FUNCTION bench_note('committing')`,
    sql`CREATE TRIGGER bench_started AFTER UPDATE ON proposals
      FOR EACH ROW WHEN (NEW.open_pr_state = 'running' AND OLD.open_pr_state = 'queued')
      EXECUTE FUNCTION bench_note('started')`,
  ]) {
    await statement.execute(db);
  }
};

/** @returns from one moment to the other, in milliseconds, for each of these proposals */
export const dispatchTimes = async (db: Db, ids: readonly string[]): Promise<number[]> => {
  const { rows } = await sql<{ ms: number }>`
    SELECT extract(epoch FROM started.at - committing.at)::float8 * 1000 AS ms
    FROM bench_moments AS committing JOIN bench_moments AS started USING (proposal_id)
    WHERE committing.what = 'committing' AND started.what = 'started' AND proposal_id = ANY(${ids})`.execute(
    db,
  );
  if (rows.length !== ids.length) throw new Error(`${rows.length} of ${ids.length} jobs were seen to start`);
  return rows.map(({ ms }) => ms);
};
