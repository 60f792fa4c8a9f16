import type { Clock } from "../../src/clock.ts";
import type { PullNumbers } from "../answers/pull.ts";
import { notFound } from "../github-error.ts";
import { isoSeconds, type Site } from "../site.ts";
import type { AccountRecord, PullRecord, RepositoryRecord } from "../state/model.ts";
import type { Repositories } from "../state/repositories.ts";
import type { Store } from "../state/store.ts";
import { changePull } from "./change-pull.ts";
import { mergePull } from "./merge-pull.ts";
import { openPull } from "./open-pull.ts";
import { syncPulls } from "./sync-pulls.ts";

export interface NewPull {
  title: string;
  body: string | null;
  head: string;
  base: string;
  draft: boolean;
  maintainer_can_modify: boolean;
}

export interface PullChange {
  title?: string | undefined;
  body?: string | null | undefined;
  state?: "open" | "closed" | undefined;
  base?: string | undefined;
}

export interface MergeOptions {
  method: "merge" | "squash";
  /** The merge is refused when the head has another tip by now. */
  sha?: string | undefined;
  title?: string | undefined;
  message?: string | undefined;
}

export interface PullDeps {
  store: Store;
  repositories: Repositories;
  clock: Clock;
  site: Site;
}

/**
 * Pull requests as GitHub keeps them. The bare repository is the truth about branches: every method looks there
 * first, so that a push shows however it came. Refusals are thrown as {@link GitHubError}.
 */
export interface Pulls {
  /** All of a repository, oldest first, as of now. */
  list(repository: RepositoryRecord): Promise<PullRecord[]>;
  get(repository: RepositoryRecord, number: number): Promise<PullRecord>;
  numbers(repository: RepositoryRecord, pull: PullRecord): Promise<PullNumbers>;
  create(repository: RepositoryRecord, author: AccountRecord, fields: NewPull): Promise<PullRecord>;
  update(repository: RepositoryRecord, number: number, change: PullChange): Promise<PullRecord>;
  /** @returns the merge commit's id. */
  merge(
    repository: RepositoryRecord,
    number: number,
    person: AccountRecord,
    options: MergeOptions,
  ): Promise<string>;
}

export function createPulls(deps: PullDeps): Pulls {
  const { store, repositories, clock } = deps;
  const now = (): string => isoSeconds(clock.now());

  async function list(repository: RepositoryRecord): Promise<PullRecord[]> {
    await syncPulls(store, repository, repositories.git(repository), now);
    return store.state.pulls.filter((pull) => pull.repository_id === repository.id);
  }
  async function get(repository: RepositoryRecord, number: number): Promise<PullRecord> {
    const pull = (await list(repository)).find((candidate) => candidate.number === number);
    if (!pull) throw notFound();
    return pull;
  }

  return {
    list,
    get,

    async numbers(repository, pull) {
      const git = repositories.git(repository);
      const [commits, changes, mergeable] = await Promise.all([
        git.commits(pull.base_sha, pull.head_sha),
        git.changes(pull.base_sha, pull.head_sha),
        pull.state === "open" ? git.mergesCleanly(pull.base_tip, pull.head_sha) : null,
      ]);
      const sum = (count: (file: { additions: number; deletions: number }) => number): number =>
        changes.reduce((total, file) => total + count(file), 0);
      return {
        commits: commits.length,
        additions: sum((file) => file.additions),
        deletions: sum((file) => file.deletions),
        changed_files: changes.length,
        mergeable,
      };
    },

    async create(repository, author, fields) {
      // What closes because of a push has to be closed before a second one is refused.
      await list(repository);
      return openPull(deps, repository, author, fields);
    },
    update: async (repository, number, change) =>
      changePull(deps, repository, await get(repository, number), change),
    merge: async (repository, number, person, options) =>
      mergePull(deps, repository, await get(repository, number), person, options),
  };
}
