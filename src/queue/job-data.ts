import { v5 as uuidv5 } from "uuid";
import type {
  EventJob,
  MirrorPrJob,
  RefreshCheckJob,
  RunCommandJob,
  SyncInstallationJob,
  TidyCommentsJob,
} from "./event-jobs.ts";

/** Jobs hold ids and what must not change between the runs of one attempt; never tokens, never payloads. */
export interface OpenPrJob {
  kind: "open_pr";
  proposal_id: string;
  attempt: number;
  /** The queue key this job was sent under. */
  config_repo_id: string;
  /** Who pressed, as shown in the pull request. Fixed, so that a re-run makes the same commits. */
  actor: { token: string; person: string | null };
  /** When it was pressed, ISO 8601; the date of the commits. */
  requested_at: string;
  request_id: string;
  /** Jobs of this attempt before this one: it waited for GitHub or changed its key. */
  sequel: number;
  /** Of those, the ones that waited, and when the first did. */
  waits: number;
  first_wait_at: string | null;
}

export interface ClosePrJob {
  kind: "close_pr";
  proposal_id: string;
  /** The repository to clean up in, which is the queue key too. */
  config_repo_id: string;
  /** Who rejected; null when the service itself sends it. */
  actor: { token: string; person: string | null } | null;
  /** Why it was sent, once for each: the rejection, the merge, a run that ended after it, a sweep. */
  cause: string;
  request_id: string;
  sequel: number;
  waits: number;
  first_wait_at: string | null;
}

export type ConfigRepoJob = OpenPrJob | ClosePrJob;
export type Job = ConfigRepoJob | EventJob;
export type JobKind = Job["kind"];
export type JobOf<Kind extends JobKind> = Extract<Job, { kind: Kind }>;

/** Any fixed UUID does: it keeps these ids apart from ids made by others from the same names (RFC 9562, 5.5). */
const JOB_ID_NAMESPACE = "5d0c2b6e-3d2f-4b0a-9a55-6f1f3c9d7e21";

/** The same attempt or the same cause gives the same id, so that enqueueing it twice adds nothing. */
export const jobIdOf = (job: Job): string => uuidv5(nameOf(job), JOB_ID_NAMESPACE);

const nameOf = (job: Job): string => {
  switch (job.kind) {
    case "open_pr":
      return `open_pr:${job.proposal_id}:${job.attempt}:${job.sequel}`;
    case "close_pr":
      return `close_pr:${job.proposal_id}:${job.config_repo_id}:${job.cause}:${job.sequel}`;
    case "mirror_pr":
    case "refresh_check":
      return `${job.kind}:${job.proposal_id}:${job.cause}:${job.sequel}`;
    case "run_command":
    case "tidy_comments":
      return `${job.kind}:${job.proposal_id}:${job.comment_id}:${job.cause}:${job.sequel}`;
    case "sync_installation":
      return `sync_installation:${job.installation_id}:${job.cause}:${job.sequel}`;
    default:
      throw new TypeError(`unknown job ${job satisfies never}`);
  }
};

/** Jobs with the same key never run side by side. */
export const jobKeyOf = (job: Job): string => {
  switch (job.kind) {
    case "open_pr":
    case "close_pr":
      return job.config_repo_id;
    case "mirror_pr":
    case "refresh_check":
    case "run_command":
    case "tidy_comments":
      return job.proposal_id;
    case "sync_installation":
      return String(job.installation_id);
    default:
      throw new TypeError(`unknown job ${job satisfies never}`);
  }
};

/** A job that cleans up in one repository after a proposal was rejected or merged. */
export const closePrJob = (
  job: Pick<ClosePrJob, "proposal_id" | "config_repo_id" | "actor" | "cause" | "request_id">,
): ClosePrJob => ({ kind: "close_pr", ...job, sequel: 0, waits: 0, first_wait_at: null });

/** The job that goes on where this one has to wait for GitHub. */
export const sequelOf = <
  T extends
    | ConfigRepoJob
    | MirrorPrJob
    | RefreshCheckJob
    | RunCommandJob
    | TidyCommentsJob
    | SyncInstallationJob,
>(
  job: T,
  now_ms: number,
): T => ({
  ...job,
  sequel: job.sequel + 1,
  waits: job.waits + 1,
  first_wait_at: job.first_wait_at ?? new Date(now_ms).toISOString(),
});
