import { sql } from "kysely";
import type { ScheduleName } from "../../src/queue/queues.ts";
import { takeTurn } from "../../test/support/schedules.ts";
import type { TestService } from "../../test/support/start-service.ts";

/** Takes a schedule's turn as if the time for what it looks after had come. */
export const createTurns =
  ({ db, databaseUrl }: Pick<TestService, "db" | "databaseUrl">) =>
  async (name: ScheduleName): Promise<void> => {
    if (name === "reconcile_pulls") await sql`UPDATE pull_mirrors SET due_at = now()`.execute(db);
    if (name === "sweep_stuck_proposals") {
      // A quarter of an hour later, in which the same sweep's jobs would be new ones.
      await sql`UPDATE proposal_heads SET stored_at = stored_at - interval '20 minutes',
        clean_tried_at = clean_tried_at - interval '20 minutes' WHERE cleaned_at IS NULL`.execute(db);
      await sql`UPDATE proposals SET updated_at = updated_at - interval '20 minutes'`.execute(db);
      await sql`DELETE FROM pgboss.job WHERE data->>'cause' LIKE 'sweep %' AND state = 'completed'`.execute(
        db,
      );
    }
    await takeTurn(databaseUrl, name);
  };
