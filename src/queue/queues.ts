import type { PgBoss, Queue } from "pg-boss";

/** A dead worker's job is taken over once its heartbeat is this old; pg-boss refuses less than 10 s. */
export const HEARTBEAT_SECONDS = 10;
export const HEARTBEAT_REFRESH_SECONDS = 3;

/** Both kinds of job that write to a config repo share one queue, so that they never run side by side on one repo. */
export const OPEN_PR_QUEUE = "open_pr";
/** Every minute: proposals left without a live job get a code. */
export const SWEEP_QUEUE = "sweep_stuck_proposals";

const OPEN_PR_RUNS_MAX = 5;
const OPEN_PR_EXPIRES_S = 15 * 60;
/** Long enough for the sweep and for an operator to look into a failure, short enough to keep the table small. */
const FINISHED_JOB_KEPT_S = 24 * 60 * 60;

const queues: Queue[] = [
  {
    name: OPEN_PR_QUEUE,
    // One active job per singletonKey (the config repo) across all processes, any number waiting.
    policy: "singleton",
    notify: true,
    heartbeatSeconds: HEARTBEAT_SECONDS,
    expireInSeconds: OPEN_PR_EXPIRES_S,
    retryLimit: OPEN_PR_RUNS_MAX - 1,
    retryDelay: 1,
    retryBackoff: true,
    // With heartbeat, monitor and poll: a dead worker's job runs again within 15 s, also the second time.
    retryDelayMax: 2,
    deleteAfterSeconds: FINISHED_JOB_KEPT_S,
  },
  {
    name: SWEEP_QUEUE,
    policy: "exclusive",
    notify: false,
    expireInSeconds: 60,
    retryLimit: 0,
    deleteAfterSeconds: FINISHED_JOB_KEPT_S,
  },
];

/** Creates what is missing and brings the rest to these settings; safe to run from several processes. */
export const ensureQueues = async (boss: PgBoss): Promise<void> => {
  for (const { name, policy, ...options } of queues) {
    await boss.createQueue(name, { policy: policy ?? "standard", ...options });
    await boss.updateQueue(name, options);
  }
};
