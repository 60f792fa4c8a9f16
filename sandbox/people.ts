import type { ReactionRecord } from "./state/model.ts";
import type { CommentView, FileEntries, PullView, RepositoryRef } from "./world.ts";

/** Who acts: a login, which exists from then on. Default: `alice`, who administrates every repository. */
export interface Acting {
  person?: string;
}

export type CheckConclusion =
  | "action_required"
  | "cancelled"
  | "failure"
  | "neutral"
  | "success"
  | "skipped"
  | "timed_out";

/** A check of another app than ours, as a CI reports it. */
export interface CheckReport {
  /** Slug of the app; default `ci`. */
  app?: string;
  /** Default `build`. */
  name?: string;
  /** Default: completed. */
  status?: "queued" | "in_progress" | "completed";
  /** Of a completed one; default success. */
  conclusion?: CheckConclusion;
  title?: string;
  summary?: string;
}

/**
 * What people do on a pull request's page. Everything throws the refusal GitHub would show: somebody without write
 * access can neither merge nor push, nor change what others wrote; nobody changes an archived repository. Reading,
 * commenting, reviewing and reacting are open to everybody, in private repositories too.
 */
export interface People {
  /** `head` is a branch, or `owner:branch` for one of that person's fork. Default base: the default branch. */
  openPull(
    repository: RepositoryRef,
    options: Acting & { title: string; head: string; base?: string; body?: string; draft?: boolean },
  ): Promise<PullView>;
  /** @returns the merge commit's id. @throws when it is closed, a draft, or conflicts with its base. */
  mergePull(
    repository: RepositoryRef,
    number: number,
    options?: Acting & { method?: "merge" | "squash" },
  ): Promise<string>;
  closePull(repository: RepositoryRef, number: number, options?: Acting): Promise<void>;
  reopenPull(repository: RepositoryRef, number: number, options?: Acting): Promise<void>;
  convertToDraft(repository: RepositoryRef, number: number, options?: Acting): Promise<void>;
  readyForReview(repository: RepositoryRef, number: number, options?: Acting): Promise<void>;
  editPull(
    repository: RepositoryRef,
    number: number,
    options: Acting & { title?: string; body?: string | null; base?: string },
  ): Promise<void>;

  /** Commits to the head branch; default: one small file. @returns the new commit's id. */
  pushToHead(
    repository: RepositoryRef,
    number: number,
    options?: Acting & { files?: FileEntries; message?: string },
  ): Promise<string>;
  /** Commits one small file to the base branch. @returns the new commit's id. */
  pushToBase(repository: RepositoryRef, number: number, options?: Acting): Promise<string>;
  /** Forces the head branch to a commit; default: the tip of the base, which closes the pull request. */
  resetHead(repository: RepositoryRef, number: number, options?: Acting & { to?: string }): Promise<void>;
  deleteHeadBranch(repository: RepositoryRef, number: number, options?: Acting): Promise<void>;
  /** Makes the deleted head branch again where it was. */
  restoreHeadBranch(repository: RepositoryRef, number: number, options?: Acting): Promise<void>;

  commentOnPull(
    repository: RepositoryRef,
    number: number,
    options: Acting & { body: string },
  ): Promise<CommentView>;
  editComment(
    repository: RepositoryRef,
    comment: number,
    options: Acting & { body: string },
  ): Promise<CommentView>;
  deleteComment(repository: RepositoryRef, comment: number, options?: Acting): Promise<void>;
  reactToComment(
    repository: RepositoryRef,
    comment: number,
    options: Acting & { content: ReactionRecord["content"] },
  ): Promise<void>;

  reviewPull(
    repository: RepositoryRef,
    number: number,
    options: Acting & { state: "approved" | "changes_requested" | "commented"; body?: string },
  ): Promise<{ id: number }>;
  dismissReview(repository: RepositoryRef, number: number, review: number, options?: Acting): Promise<void>;

  /** Sets a commit status on the head. */
  setStatus(
    repository: RepositoryRef,
    number: number,
    options: Acting & {
      state: "pending" | "success" | "failure" | "error";
      context?: string;
      description?: string;
    },
  ): Promise<void>;
  /** Another app reports on the head: a new run, or news of its last one of this name while that isn't completed. */
  reportCheck(repository: RepositoryRef, number: number, report?: CheckReport): Promise<{ id: number }>;
  /** Presses "Re-run" at a check run; only the app whose run it is hears of it. */
  rerunCheck(repository: RepositoryRef, checkRun: number, options?: Acting): Promise<void>;
  /** Presses "Re-run all checks" of our app at the head. @throws when it has none there. */
  rerunChecks(repository: RepositoryRef, number: number, options?: Acting): Promise<void>;
}
