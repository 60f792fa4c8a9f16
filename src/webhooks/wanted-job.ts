import type { InstallationSaid, PullSaid } from "../queue/event-jobs.ts";

/** Pull requests an event speaks of: one by its number, or those with this commit as their head. */
export type PullSubject = { repository_id: number; number: number } | { repository_id: number; sha: string };

/** An installation, or the one a config repo is reached through. */
export type InstallationSubject = { installation_id: number } | { repository_id: number };

/**
 * What an event asks for, in GitHub's ids. Which of our proposals and installations those are is found out by the
 * intake, in the transaction that enqueues the jobs; what is not ours leads to none.
 */
export type WantedJob =
  | { kind: "mirror_pr"; subject: PullSubject; said: PullSaid | null }
  | { kind: "refresh_check"; subject: PullSubject; body: boolean }
  | { kind: "run_command" | "tidy_comments"; subject: PullSubject; comment_id: number }
  | { kind: "sync_installation"; subject: InstallationSubject; said: InstallationSaid | null };
