import type { CommentView, RepositoryRef } from "./world.ts";

/** What people do on a pull request's page; `person` is a login and defaults to `alice`. */
export interface People {
  /** @returns the merge commit's id. @throws when it is closed, or conflicts with its base. */
  mergePull(
    repository: RepositoryRef,
    number: number,
    options?: { person?: string; method?: "merge" | "squash" },
  ): Promise<string>;
  closePull(repository: RepositoryRef, number: number, options?: { person?: string }): Promise<void>;
  reopenPull(repository: RepositoryRef, number: number, options?: { person?: string }): Promise<void>;
  reviewPull(
    repository: RepositoryRef,
    number: number,
    options: { state: "approved" | "changes_requested" | "commented"; body?: string; person?: string },
  ): Promise<void>;
  commentOnPull(
    repository: RepositoryRef,
    number: number,
    options: { body: string; person?: string },
  ): Promise<CommentView>;
  /** Sets a commit status on the pull request's head. */
  setStatus(
    repository: RepositoryRef,
    number: number,
    options: {
      state: "pending" | "success" | "failure" | "error";
      context?: string;
      description?: string;
      person?: string;
    },
  ): Promise<void>;
  /** Commits one small file to the pull request's base branch. @returns the new commit's id. */
  pushToBase(repository: RepositoryRef, number: number, options?: { person?: string }): Promise<string>;
}
