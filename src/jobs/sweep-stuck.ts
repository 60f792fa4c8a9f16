import type { Logger } from "pino";
import type { Db } from "../db/connect.ts";
import { appendEvent } from "../db/events-store.ts";
import { failAbandoned, listInFlight } from "../db/open-pr-store.ts";
import type { Metrics } from "../metrics.ts";
import type { JobQueue } from "../queue/job-queue.ts";

/** Of one sweep; the rest is seen by the next one, a minute later. */
const PROPOSALS_MAX = 500;

const MESSAGE =
  "The job ended without a result, more often than it is run again. Whatever it left on GitHub is found by the next attempt: press again.";

export interface SweepDeps {
  db: Db;
  queue: Pick<JobQueue, "hasLiveJob">;
  log: Logger;
  metrics: Pick<Metrics, "swept">;
}

/** Gives a code to proposals left queued, running or waiting without a live job, so that none stays stuck. */
export const createSweepStuck = (deps: SweepDeps) => async (): Promise<void> => {
  for (const seen of await listInFlight(deps.db, PROPOSALS_MAX)) {
    if (await deps.queue.hasLiveJob(seen.id)) continue;
    await deps.db.transaction().execute(async (trx) => {
      const failure = { code: "GITHUB_API_FAILED", message: MESSAGE } as const;
      if (!(await failAbandoned(trx, seen, failure))) return;
      deps.metrics.swept.inc();
      deps.log.error(
        { event: "pr_open_failed", error_code: failure.code, reason: "abandoned", proposal_id: seen.id },
        failure.message,
      );
      await appendEvent(trx, {
        proposalId: seen.id,
        kind: "open_pr_failed",
        data: {
          attempt: seen.open_pr_attempt,
          code: failure.code,
          reason: "abandoned",
          message: failure.message,
        },
      });
    });
  }
};
