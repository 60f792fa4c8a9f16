/** What every job has that an event on GitHub, a schedule or another job asks for. */
interface Asked {
  /** Who asked, once for each: a delivery's GUID with its attempt, a schedule's turn, the record of a pull request. */
  cause: string;
  /** The webhook delivery that is processed once this job and what follows from it have ended; null: none. */
  delivery_id: string | null;
  /** ISO 8601. A read of GitHub that began later has seen what is asked for. */
  asked_at: string;
  request_id: string;
  /** Jobs of the same cause before this one: it looked again, or waited for GitHub. */
  sequel: number;
  /** How often GitHub was asked again because it did not show yet what the event said. */
  looks: number;
  /** How often it waited for GitHub, and since when. */
  waits: number;
  first_wait_at: string | null;
}

/**
 * Brings a proposal to what its pull request is on GitHub. `said` is what the event claimed: it decides only whether
 * GitHub is asked again, because its API can lag behind its events.
 */
export interface MirrorPrJob extends Asked {
  kind: "mirror_pr";
  proposal_id: string;
  said: PullSaid | null;
}

export interface PullSaid {
  state: "open" | "closed" | "merged" | null;
  /** ISO 8601. */
  updated_at: string | null;
}

/** Makes the check run on the head of a proposal's pull request, or makes it again. */
export interface RefreshCheckJob extends Asked {
  kind: "refresh_check";
  proposal_id: string;
  /** Whether the note on drift in the pull request's body is brought up to date too. */
  body: boolean;
}

/** Does what a comment on a proposal's pull request asks for. */
export interface RunCommandJob extends Asked {
  kind: "run_command";
  proposal_id: string;
  comment_id: number;
}

/** Of what was written twice under a proposal's pull request leaves the oldest. */
export interface TidyCommentsJob extends Asked {
  kind: "tidy_comments";
  proposal_id: string;
  /** The app's comment that was just heard of. */
  comment_id: number;
}

/** Brings an installation and its config repos to what GitHub lists. */
export interface SyncInstallationJob extends Asked {
  kind: "sync_installation";
  installation_id: number;
  said: InstallationSaid | null;
}

/** What the event claimed of the installation, or of one repository. */
export interface InstallationSaid {
  status?: "active" | "suspended" | "deleted";
  /** Ids of repositories it now covers, and of some it no longer does; the first hundred of each. */
  added?: number[];
  removed?: number[];
  repository?: { id: number; full_name: string; archived: boolean; default_branch: string };
}

export type EventJob = MirrorPrJob | RefreshCheckJob | RunCommandJob | TidyCommentsJob | SyncInstallationJob;

type New<T extends EventJob> = Omit<T, "kind" | "sequel" | "looks" | "waits" | "first_wait_at">;
const FRESH = { sequel: 0, looks: 0, waits: 0, first_wait_at: null };

export const mirrorPrJob = (job: New<MirrorPrJob>): MirrorPrJob => ({ kind: "mirror_pr", ...job, ...FRESH });
export const refreshCheckJob = (job: New<RefreshCheckJob>): RefreshCheckJob => ({
  kind: "refresh_check",
  ...job,
  ...FRESH,
});
export const runCommandJob = (job: New<RunCommandJob>): RunCommandJob => ({
  kind: "run_command",
  ...job,
  ...FRESH,
});
export const tidyCommentsJob = (job: New<TidyCommentsJob>): TidyCommentsJob => ({
  kind: "tidy_comments",
  ...job,
  ...FRESH,
});
export const syncInstallationJob = (job: New<SyncInstallationJob>): SyncInstallationJob => ({
  kind: "sync_installation",
  ...job,
  ...FRESH,
});
