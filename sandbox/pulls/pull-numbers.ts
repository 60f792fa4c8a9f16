import type { PullNumbers } from "../answers/pull.ts";
import type { Ahead } from "../git/read-ahead.ts";
import type { ChangeSummary } from "../git/read-summary.ts";
import type { PullRecord, RepositoryRecord } from "../state/model.ts";
import type { Repositories } from "../state/repositories.ts";
import { createAnswers } from "./answers-once.ts";

export type ReadPullNumbers = (repository: RepositoryRecord, pull: PullRecord) => Promise<PullNumbers>;

/**
 * What git knows between two commits never changes, so it is asked once, and for many pull requests at a time: reading
 * 1,000 of them one after the other takes seconds.
 * @param peersOf others that are likely to be asked for next
 */
export function createPullNumbers(
  repositories: Repositories,
  peersOf: (pull: PullRecord) => readonly PullRecord[] = () => [],
): ReadPullNumbers {
  const aheads = createAnswers<Ahead>();
  const summaries = createAnswers<ChangeSummary>();
  const merges = createAnswers<boolean>();

  return async (repository, pull) => {
    const { base_sha: base, base_tip, head_sha: head } = pull;
    const git = repositories.git(repository);
    const heads = () => peersOf(pull).map((peer) => peer.head_sha);

    const ahead = (from: string, to: string, others: () => string[]): Promise<Ahead> =>
      aheads.of(`${repository.id} ${from}`, to, others, (all) => git.ahead(from, all));
    async function summary(from: string, to: string, others: () => string[]): Promise<ChangeSummary> {
      const straight = (await ahead(from, to, others)).holdsBase;
      return summaries.of(
        `${repository.id} ${from} ${straight}`,
        to,
        straight ? others : () => [],
        async (all) =>
          straight ? git.summaries(from, all) : new Map([[to, await git.summary(from, to)] as const]),
      );
    }
    const none = (): string[] => [];

    /** Both sides went on from one commit and touched different files: there is nothing to conflict, nor to ask git. */
    async function apart(): Promise<boolean> {
      if (!(await ahead(base, head, heads)).holdsBase) return false;
      if (base === base_tip) return true;
      if (!(await ahead(base, base_tip, none)).holdsBase) return false;
      return touchApart(await summary(base, base_tip, none), await summary(base, head, heads));
    }
    const mergesCleanly = async (): Promise<boolean> =>
      (await apart()) ||
      merges.of(`${repository.id} ${base_tip}`, head, none, async () => {
        return new Map([[head, await git.mergesCleanly(base_tip, head)]]);
      });

    const [{ commits }, { additions, deletions, paths }, mergeable] = await Promise.all([
      ahead(base, head, heads),
      summary(base, head, heads),
      pull.state === "open" ? mergesCleanly() : null,
    ]);
    return { commits, additions, deletions, changed_files: paths.length, mergeable };
  };
}

/** Where files went away, or one side has a folder in place of the other's file, git has to be asked. */
function touchApart(one: ChangeSummary, other: ChangeSummary): boolean {
  if (one.removes || other.removes) return false;
  const files = new Set(one.paths);
  const touched = new Set(one.paths.flatMap(pathAndFolders));
  return !other.paths.some(
    (path) => touched.has(path) || pathAndFolders(path).some((part) => files.has(part)),
  );
}

/** `a/b/c` and the folders `a` and `a/b`. */
function pathAndFolders(path: string): string[] {
  const segments = path.split("/");
  return segments.map((_, index) => segments.slice(0, index + 1).join("/"));
}
