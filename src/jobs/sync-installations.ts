import type { Logger } from "pino";
import type { Clock } from "../clock.ts";
import type { Db } from "../db/connect.ts";
import { listPresentInstallations } from "../db/installations-store.ts";
import type { AppAuthentication } from "../github/app-auth.ts";
import { RescheduleError } from "../github/github-errors.ts";
import { syncInstallationJob } from "../queue/event-jobs.ts";
import type { JobQueue } from "../queue/job-queue.ts";

/** Of those we know; each is one small job. */
const INSTALLATIONS_MAX = 10_000;

export interface SyncInstallationsDeps {
  db: Db;
  queue: Pick<JobQueue, "sendMany">;
  clock: Clock;
  log: Pick<Logger, "info">;
  /** null: the service has no credentials. */
  auth: Pick<AppAuthentication, "installations"> | null;
}

/**
 * Has every installation looked at: those GitHub lists, and those it no longer lists, which their own job finds gone.
 * @throws what asking GitHub throws, other than a longer wait: the turn is then taken again
 */
export const createSyncInstallations =
  ({ db, queue, clock, log, auth }: SyncInstallationsDeps) =>
  async (signal: AbortSignal): Promise<void> => {
    if (auth === null) return;
    const asked_ms = clock.now();
    const listed = await auth.installations(signal).catch((error: unknown) => {
      if (!(error instanceof RescheduleError)) throw error;
      // Asking again any sooner is what GitHub has just refused.
      log.info({ until: error.until }, "GitHub asks to wait; the next turn looks at every installation");
      return null;
    });
    if (listed === null) return;
    const known = await listPresentInstallations(db, INSTALLATIONS_MAX);
    const ids = [...new Set([...listed.map(({ id }) => id), ...known])];
    // Each turn looks anew; what another one has seen meanwhile costs its jobs nothing.
    const cause = `turn ${asked_ms}`;
    const asked_at = new Date(asked_ms).toISOString();
    const jobs = ids.map((installation_id) =>
      syncInstallationJob({
        installation_id,
        cause,
        delivery_id: null,
        asked_at,
        request_id: cause,
        said: null,
      }),
    );
    await queue.sendMany(db, jobs);
    log.info({ installations: ids.length, listed: listed.length }, "every installation is looked at");
  };
