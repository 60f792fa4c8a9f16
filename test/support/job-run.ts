import type { JobRun } from "../../src/queue/work-queues.ts";

/** A run of a job that goes on as long as it likes, unless told otherwise. */
export const aRun = (changes: Partial<JobRun> = {}): JobRun => ({
  id: "job",
  retryCount: 0,
  lastRun: false,
  signal: new AbortController().signal,
  requireMine: async () => undefined,
  ...changes,
});
