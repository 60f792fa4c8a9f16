import type { PgBoss, Queue } from "pg-boss";
import type { JobKind } from "./job-data.ts";

/** A dead worker's job is taken over once its heartbeat is this old; pg-boss refuses less than 10 s. */
const HEARTBEAT_SECONDS = 10;
export const HEARTBEAT_REFRESH_SECONDS = 3;

/** Both kinds of job that write to a config repo's branches share one queue, so that they never run side by side. */
export const OPEN_PR_QUEUE = "open_pr";
export const SWEEP_QUEUE = "sweep_stuck_proposals";

const OPEN_PR_RUNS_MAX = 5;
const OPEN_PR_EXPIRES_S = 15 * 60;
const EVENT_JOB_RUNS_MAX = 6;
const EVENT_JOB_EXPIRES_S = 10 * 60;
const SCHEDULED_EXPIRES_S = 5 * 60;
const SCHEDULED_RUNS_MAX = 3;
const SCHEDULED_RETRY_S = 10;
/** Long enough for the sweep and for an operator to look into a failure, short enough to keep the table small. */
const FINISHED_JOB_KEPT_S = 24 * 60 * 60;

/** The queue of each kind of job. */
export const QUEUE_OF: Record<JobKind, string> = {
  open_pr: OPEN_PR_QUEUE,
  close_pr: OPEN_PR_QUEUE,
  mirror_pr: "mirror_pr",
  refresh_check: "refresh_check",
  run_command: "run_command",
  // Rare, and over in a moment; beside nothing else that writes under the same pull request.
  tidy_comments: "run_command",
  sync_installation: "sync_installation",
};
export const JOB_QUEUES = [...new Set(Object.values(QUEUE_OF))];

/** What runs by the clock, in cron's words (UTC), once among all processes. */
export const SCHEDULES = {
  [SWEEP_QUEUE]: "* * * * *",
  reconcile_pulls: "* * * * *",
  sync_installations: "7 * * * *",
  redeliver_failed: "*/10 * * * *",
  purge_deliveries: "23 3 * * *",
} as const;
export type ScheduleName = keyof typeof SCHEDULES;
export const SCHEDULE_NAMES = Object.keys(SCHEDULES) as ScheduleName[];

/** Whose turn is taken at a start too: after a downtime the truth is restored at once. */
export const AT_START: readonly ScheduleName[] = [
  "sync_installations",
  "reconcile_pulls",
  "redeliver_failed",
];

/** One active job per singletonKey across all processes, any number waiting. */
const perKey = { policy: "singleton", notify: true, heartbeatSeconds: HEARTBEAT_SECONDS } as const;

const eventQueue = (name: string): Queue => ({
  name,
  ...perKey,
  expireInSeconds: EVENT_JOB_EXPIRES_S,
  retryLimit: EVENT_JOB_RUNS_MAX - 1,
  retryDelay: 1,
  retryBackoff: true,
  retryDelayMax: 60,
  deleteAfterSeconds: FINISHED_JOB_KEPT_S,
});

/** One turn at a time, waiting or running: so one that is never ended would be the last for a while. */
const scheduleQueue = (name: string): Queue => ({
  name,
  policy: "exclusive",
  notify: false,
  heartbeatSeconds: HEARTBEAT_SECONDS,
  expireInSeconds: SCHEDULED_EXPIRES_S,
  retryLimit: SCHEDULED_RUNS_MAX - 1,
  retryDelay: SCHEDULED_RETRY_S,
  deleteAfterSeconds: FINISHED_JOB_KEPT_S,
});

const queues: Queue[] = [
  {
    name: OPEN_PR_QUEUE,
    ...perKey,
    expireInSeconds: OPEN_PR_EXPIRES_S,
    retryLimit: OPEN_PR_RUNS_MAX - 1,
    retryDelay: 1,
    retryBackoff: true,
    // With heartbeat, monitor and poll: a dead worker's job runs again within 15 s, also the second time.
    retryDelayMax: 2,
    deleteAfterSeconds: FINISHED_JOB_KEPT_S,
  },
  ...JOB_QUEUES.filter((name) => name !== OPEN_PR_QUEUE).map(eventQueue),
  ...SCHEDULE_NAMES.map(scheduleQueue),
];

/** Creates what is missing and brings the rest to these settings; safe to run from several processes. */
export const ensureQueues = async (boss: PgBoss): Promise<void> => {
  for (const { name, policy, ...options } of queues) {
    await boss.createQueue(name, { policy: policy ?? "standard", ...options });
    await boss.updateQueue(name, options);
  }
};
