/**
 * What the product asks of a git remote, and nothing more. Two changed files on one branch need the tips of
 * two refs, one file, a push and, later, a delete. Implementations: `v2-transport.ts`, `isomorphic-transport.ts`; each
 * of them has to pass `test/git/transport-contract.ts`.
 */

import type { HttpLimits } from "./http-limits.ts";

/** A commit or object id, 40 lower-case hex digits (SHA-1 repositories only). */
export type Oid = string;

export interface Tips {
  /** Tip of the base branch; null when the remote has no such branch. */
  base: Oid | null;
  /** Tip of our branch; null when the remote has no such branch. */
  branch: Oid | null;
}

/** What lies at a path. Only `file` can be edited; the rest says why it can't. */
export type FileAtPath =
  | { kind: "file"; bytes: Uint8Array }
  | { kind: "missing" }
  | { kind: "directory" }
  /** The entry itself, or a folder on the way to it, is a symbolic link or a submodule. `path` names that entry. */
  | { kind: "symlink" | "submodule"; path: string };

export interface CommitIdentity {
  name: string;
  email: string;
}

export interface NewCommit {
  message: string;
  /** Repository-relative paths with `/`; folders that do not exist are made. Existing entries keep their mode. */
  files: { path: string; bytes: Uint8Array }[];
  /** Author and committer. */
  identity: CommitIdentity;
  /** Author and committer date in whole seconds since the epoch, written as UTC, so that the same input gives the same id. */
  date_s: number;
}

/** Commits that exist locally only, ready to be pushed. */
export interface BuiltCommits {
  /** Parent of the first commit. */
  base: Oid;
  /** Ids of the new commits, oldest first; never empty. */
  commits: [Oid, ...Oid[]];
  /** Id of the last commit. */
  head: Oid;
}

export type PushOutcome =
  | { kind: "created" }
  /** The remote has a branch of that name already, whatever its tip; it was not touched. */
  | { kind: "exists" }
  /** The remote said no; `reason` is its own text, such as GitHub's GH006 or GH013 lines, control characters removed. */
  | { kind: "rejected"; reason: string };

export type DeleteOutcome =
  | { kind: "deleted" }
  | { kind: "absent" }
  /** Somebody moved the branch: its tip is not the expected one, and it was not touched. */
  | { kind: "moved"; tip: Oid }
  | { kind: "rejected"; reason: string };

/**
 * One remote repository, for the time of one job. Every method may throw a {@link GitError}; retrying is the
 * caller's business (`github/retry.ts`). What `authorization` throws comes through unchanged. Branch names
 * (`isBranchName`) and paths (`isRepositoryPath`) are checked by the caller; an unsafe one is a programmer's
 * error here (`AssertionError`).
 */
export interface GitTransport {
  /** Both tips as they were at one moment: they come out of one ls-refs answer. */
  tips(base: string, branch: string): Promise<Tips>;
  /**
   * @param commit a tip that {@link tips} answered.
   * @param also paths that will be written: what {@link build} has to know of their folders comes along
   */
  readFile(commit: Oid, path: string, also?: readonly string[]): Promise<FileAtPath>;
  /**
   * Makes the objects of a chain of commits on top of `base`, without writing to the remote. A path that runs
   * through a file, a symbolic link or a submodule, or ends on anything but a file, is `unsupported`: ask
   * {@link readFile} first where that can be.
   */
  build(base: Oid, commits: NewCommit[]): Promise<BuiltCommits>;
  /**
   * Creates the branch (old = zero) at `built.head`: never forced, never onto a branch that exists. An
   * `unreachable` says nothing about the branch: the answer may have been lost after the effect.
   */
  createBranch(branch: string, built: BuiltCommits): Promise<PushOutcome>;
  /** Deletes the branch only while its tip is `expected` (compare-and-swap by receive-pack). */
  deleteBranch(branch: string, expected: Oid): Promise<DeleteOutcome>;
  /** Frees what the transport holds; safe to call twice. */
  close(): Promise<void>;
}

export interface TransportOptions {
  /** HTTPS address of the repository, without credentials, such as `https://github.com/acme/search-config.git`. */
  url: string;
  /** Gives the value of the Authorization header for the next request; called once a request. Its errors are the caller's. */
  authorization: () => Promise<string>;
  /** Ends every request in flight and refuses new ones. */
  signal: AbortSignal;
  /** For tests, which cannot wait as long as a network may. */
  limits?: HttpLimits;
}

export type OpenTransport = (options: TransportOptions) => GitTransport;

/**
 * - `unreachable` no answer: refused, reset, timed out, name not found
 * - `unauthorized` 401, `forbidden` 403, `not_found` 404, `rate_limited` 429 or 403 with Retry-After, `server` 5xx
 * - `too_large` more bytes than the cap; `protocol` an answer git can't have meant; `unsupported` e.g. a SHA-256 repository
 * - `aborted` the signal ended it
 */
export type GitErrorKind =
  | "unreachable"
  | "unauthorized"
  | "forbidden"
  | "not_found"
  | "rate_limited"
  | "server"
  | "too_large"
  | "protocol"
  | "unsupported"
  | "aborted";

export class GitError extends Error {
  readonly kind: GitErrorKind;
  /** HTTP status, where there was an answer. */
  readonly status: number | undefined;
  /** Seconds of a Retry-After header, where there was one. */
  readonly retryAfter_s: number | undefined;

  constructor(
    kind: GitErrorKind,
    message: string,
    options: { status?: number; retryAfter_s?: number; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "GitError";
    this.kind = kind;
    this.status = options.status;
    this.retryAfter_s = options.retryAfter_s;
  }
}
