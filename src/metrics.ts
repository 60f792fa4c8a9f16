import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import type { Db } from "./db/connect.ts";
import { countInFlight } from "./db/open-pr-store.ts";
import type { JobQueue } from "./queue/job-queue.ts";

const SECONDS_BUCKETS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1_800, 7_200];

/** What /metrics tells, in Prometheus' text format. Labels hold routes, steps and codes, never names or ids of users. */
export const createMetrics = () => {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];

  const timeToPr = new Histogram({
    name: "relyloop_time_to_pr_seconds",
    help: "From the press to the recorded pull request",
    buckets: SECONDS_BUCKETS,
    registers,
  });
  const step = new Histogram({
    name: "relyloop_open_pr_step_seconds",
    help: "Time of each step of the open_pr job",
    labelNames: ["step"],
    buckets: SECONDS_BUCKETS,
    registers,
  });
  const outcomes = new Counter({
    name: "relyloop_open_pr_total",
    help: "Runs of the open_pr job by outcome: opened, adopted, requeued, waiting, no_longer_pending, or an error code",
    labelNames: ["outcome"],
    registers,
  });
  const githubRequests = new Counter({
    name: "relyloop_github_requests_total",
    help: "Requests to GitHub's REST API by route and status (0: no answer)",
    labelNames: ["route", "status"],
    registers,
  });
  const rateLimitRemaining = new Gauge({
    name: "relyloop_github_rate_limit_remaining",
    help: "Requests left in the hour, as GitHub last said",
    labelNames: ["installation"],
    registers,
  });
  const queueJobs = new Gauge({
    name: "relyloop_queue_jobs",
    help: "Jobs by queue and state",
    labelNames: ["queue", "state"],
    registers,
  });
  const queueAge = new Gauge({
    name: "relyloop_queue_oldest_waiting_seconds",
    help: "Age of the oldest job ready to run",
    labelNames: ["queue"],
    registers,
  });
  const inFlight = new Gauge({
    name: "relyloop_proposals_in_flight",
    help: "Proposals queued, running or waiting",
    labelNames: ["state"],
    registers,
  });
  const swept = new Counter({
    name: "relyloop_proposals_stuck_total",
    help: "Proposals the sweep found without a live job and gave a code",
    registers,
  });
  const webhooks = new Counter({
    name: "relyloop_webhooks_total",
    help: "Webhook deliveries by event and what became of them at intake: accepted, ignored, known, again, or refused",
    labelNames: ["event", "outcome"],
    registers,
  });
  const webhookAge = new Histogram({
    name: "relyloop_webhook_age_seconds",
    help: "From the receipt of a delivery to the end of the last job it led to",
    buckets: SECONDS_BUCKETS,
    registers,
  });
  const eventJobs = new Counter({
    name: "relyloop_event_jobs_total",
    help: "Runs of jobs that answer to GitHub's events, by outcome: done, looks_again, waits, no_access, failed",
    labelNames: ["job", "outcome"],
    registers,
  });
  const eventStreams = new Gauge({
    name: "relyloop_event_streams",
    help: "Open streams of the event feed",
    registers,
  });

  return {
    registry,
    timeToPr,
    step,
    outcomes,
    githubRequests,
    rateLimitRemaining,
    queueJobs,
    queueAge,
    inFlight,
    swept,
    eventStreams,
    webhooks,
    webhookAge,
    eventJobs,
  };
};

export type Metrics = ReturnType<typeof createMetrics>;

/** Brings the gauges up to the moment and writes everything in Prometheus' text format. */
export const renderMetrics = async (
  metrics: Metrics,
  db: Db,
  queue: Pick<JobQueue, "depths">,
): Promise<string> => {
  try {
    await readGauges(metrics, db, queue);
  } catch {
    // While the database is away its gauges keep what they said last; the rest is wanted then most of all.
  }
  return metrics.registry.metrics();
};

const readGauges = async (metrics: Metrics, db: Db, queue: Pick<JobQueue, "depths">): Promise<void> => {
  for (const depth of await queue.depths()) {
    metrics.queueJobs.set({ queue: depth.name, state: "waiting" }, depth.waiting);
    metrics.queueJobs.set({ queue: depth.name, state: "active" }, depth.active);
    metrics.queueJobs.set({ queue: depth.name, state: "failed" }, depth.failed);
    metrics.queueAge.set({ queue: depth.name }, depth.oldestWaiting_s);
  }
  const inFlight = await countInFlight(db);
  for (const state of ["queued", "running", "waiting"] as const)
    metrics.inFlight.set({ state }, inFlight.get(state) ?? 0);
};
