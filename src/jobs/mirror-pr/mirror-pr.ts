import type { Clock } from "../../clock.ts";
import type { Db } from "../../db/connect.ts";
import { createCollaborators } from "../../github/collaborators.ts";
import { createPullSignals } from "../../github/pull-signals.ts";
import type { RateLimits } from "../../github/rate-limits.ts";
import type { MirrorPrJob } from "../../queue/event-jobs.ts";
import type { JobQueue } from "../../queue/job-queue.ts";
import type { OpenConfigRepo } from "../config-repo-access.ts";
import type { EventOutcome, EventRun } from "../event-job.ts";
import { lagsBehind } from "./lags-behind.ts";
import { loadMirrored, type Mirrored } from "./load-mirrored.ts";
import { readPull } from "./read-pull.ts";
import { isReconciliation } from "./reconciliation.ts";
import { storeRead } from "./store-read.ts";

/**
 * Requests of an installation's primary limit that reconciliation leaves to what people wait for: a fifth of the 5,000
 * an hour GitHub grants at least.
 */
const REQUESTS_RESERVED = 1_000;

export interface MirrorPrDeps {
  db: Db;
  queue: Pick<JobQueue, "send">;
  openConfigRepo: OpenConfigRepo;
  rateLimits: Pick<RateLimits, "remaining">;
  clock: Clock;
  /** By which the app's own check run is known; null: there are no credentials, and nothing is read. */
  appId: number | null;
}

/**
 * The mirror_pr job: brings a proposal to what its pull request is on GitHub. What the event said is a reason to look,
 * never something to store; so jobs may come twice, late, in any order, and with false claims.
 */
export const createMirrorPr =
  (deps: MirrorPrDeps) =>
  async ({ job, run, log }: EventRun<MirrorPrJob>): Promise<EventOutcome> => {
    const loaded = await loadMirrored(deps.db, job.proposal_id);
    if (loaded.kind === "skipped") {
      log.info({ reason: loaded.reason }, "there is no pull request to read");
      return "done";
    }
    const { mirrored } = loaded;
    if (hasSeen(mirrored, job)) return "done";
    if (isReconciliation(job) && isScarce(deps, mirrored)) {
      log.info("few requests are left to the installation; the pull request is read the next time");
      return "done";
    }
    const readAt = new Date(deps.clock.now());
    const access = deps.openConfigRepo({
      configRepo: mirrored.configRepo,
      installation: mirrored.installation,
      purpose: "mirror",
      signal: run.signal,
      beforeWrite: () => Promise.reject(new Error("a mirror writes nothing")),
    });
    try {
      const { client } = access;
      const github = { signals: createPullSignals(client), collaborators: createCollaborators(client) };
      const read = await readPull(github, mirrored, deps.appId);
      if (read.kind === "gone") {
        log.info({ reason: read.why }, "the pull request can't be read any more");
        return "done";
      }
      const reconciles = isReconciliation(job);
      const stored = await storeRead(deps, { mirrored, read, readAt, requestId: job.request_id, reconciles });
      switch (stored.kind) {
        case "over":
          return "done";
        case "outdated":
          return "lagging";
        case "stored":
          return lagsBehind({ ...stored, updatedAt: stored.updatedAt ?? readAt }, job.said)
            ? "lagging"
            : "done";
        default:
          throw new TypeError(`unknown outcome ${stored satisfies never}`);
      }
    } finally {
      await access.close();
    }
  };

/**
 * A read that began after the event was received has seen what it is about, unless GitHub lagged: then the row does not
 * say what the event said. So of a burst of events all but the first few cost nothing.
 */
const hasSeen = ({ proposal, mirror }: Mirrored, job: MirrorPrJob): boolean => {
  if (mirror.read_at === null || !(Date.parse(job.asked_at) < mirror.read_at.getTime())) return false;
  const { pr_state, pr_updated_at } = proposal;
  if (pr_state === null || pr_updated_at === null) return false;
  return !lagsBehind({ state: pr_state, updatedAt: pr_updated_at }, job.said);
};

const isScarce = ({ rateLimits }: MirrorPrDeps, { installation }: Mirrored): boolean => {
  const remaining = rateLimits.remaining(installation.id);
  return remaining !== null && remaining < REQUESTS_RESERVED;
};
