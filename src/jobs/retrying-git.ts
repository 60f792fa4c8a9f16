import type { Clock } from "../clock.ts";
import {
  type BuiltCommits,
  type DeleteOutcome,
  type FileAtPath,
  GitError,
  type GitTransport,
  type NewCommit,
  type Oid,
  type PushOutcome,
  type Tips,
} from "../git/transport.ts";
import { classifyGit } from "../github/classify-git.ts";
import { UncertainWriteError } from "../github/github-errors.ts";
import { type RetryDeps, withRetries } from "../github/retry.ts";
import type { TokenSource } from "../github/token-source.ts";

/** How often a push is sent at most; in between the remote is asked whether it arrived. */
const PUSHES_MAX = 3;
/** Before that look, so that the remote has finished with a push whose answer was lost. */
const LOOK_WAIT_MS = 1_000;

/** The git transport under the one retry policy for GitHub. */
export type RetryingGit = Pick<GitTransport, "tips" | "readFile" | "build" | "createBranch" | "deleteBranch">;

export interface RetryingGitDeps extends RetryDeps {
  clock: Clock;
  transport: GitTransport;
  tokens: Pick<TokenSource, "token" | "renew">;
  signal: AbortSignal;
  /** Asked right before each write, re-sent ones included; before a deletion, which looks first and compares the tip. */
  beforeWrite: () => Promise<void>;
}

/** @throws GitError, RescheduleError, what `beforeWrite` throws, the signal's reason */
export const createRetryingGit = (deps: RetryingGitDeps): RetryingGit => {
  const { transport, signal } = deps;
  const retried = <T>(operation: () => Promise<T>, repeatable: boolean): Promise<T> =>
    withRetries(operation, deps, {
      signal,
      classify: classifyGit,
      repeatable,
      onUnauthorized: () => deps.tokens.renew(),
    });

  /** A token that has to be minted is minted before it is asked, as REST does it: minting may take its time. */
  const mayWrite = async (): Promise<void> => {
    await deps.tokens.token();
    await deps.beforeWrite();
  };

  const tips = (base: string, branch: string): Promise<Tips> =>
    retried(() => transport.tips(base, branch), true);

  /** A push without an answer may have arrived: the tip tells, because only our own commits have our id. */
  const createBranch = async (branch: string, built: BuiltCommits): Promise<PushOutcome> => {
    for (let pushes = 1; ; pushes++) {
      try {
        return await retried(async () => {
          await mayWrite();
          return transport.createBranch(branch, built);
        }, false);
      } catch (error) {
        const unknown = error instanceof UncertainWriteError ? error.cause : error;
        if (unknown === error && !isUnreadable(error)) throw error;
        await deps.clock.sleep(LOOK_WAIT_MS, signal);
        const { branch: tip } = await tips(branch, branch);
        if (tip === built.head) return { kind: "created" };
        if (tip !== null) return { kind: "exists" };
        if (pushes >= PUSHES_MAX) throw unknown;
      }
    }
  };

  return {
    tips,
    createBranch,
    readFile: (commit: Oid, path: string, also?: readonly string[]): Promise<FileAtPath> =>
      retried(() => transport.readFile(commit, path, also), true),
    build: (base: Oid, commits: NewCommit[]): Promise<BuiltCommits> =>
      retried(() => transport.build(base, commits), true),
    deleteBranch: (branch: string, expected: Oid): Promise<DeleteOutcome> =>
      retried(async () => {
        await mayWrite();
        return transport.deleteBranch(branch, expected);
      }, true),
  };
};

/** An answer that nobody can read says no more about a push than none; a refusal has a status, and says enough. */
const isUnreadable = (error: unknown): boolean =>
  error instanceof GitError && error.kind === "protocol" && error.status === undefined;
