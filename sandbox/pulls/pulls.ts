import type { Clock } from "../../src/clock.ts";
import type { PullNumbers } from "../answers/pull.ts";
import { notFound } from "../github-error.ts";
import type { EmitHookEvent } from "../hooks/hook-event.ts";
import type { Site } from "../site.ts";
import { accountById, pullByNumber, repositoryById } from "../state/lookup.ts";
import type { AccountRecord, PullRecord, RepositoryRecord } from "../state/model.ts";
import type { Repositories } from "../state/repositories.ts";
import type { Store } from "../state/store.ts";
import { changePull } from "./change-pull.ts";
import { mergePull } from "./merge-pull.ts";
import { openPull } from "./open-pull.ts";
import { createPullNumbers } from "./pull-numbers.ts";
import { syncPulls } from "./sync-pulls.ts";
import { createTurns } from "./turns.ts";

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
  draft?: boolean | undefined;
  maintainer_can_modify?: boolean | undefined;
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
  emit: EmitHookEvent;
}

/**
 * Pull requests as GitHub keeps them. The bare repository is the truth about branches: every method looks there
 * first, so that a push shows however it came. What happens is told to the app. Refusals are thrown as
 * {@link GitHubError}.
 */
export interface Pulls {
  /** All of a repository, oldest first, as of now. */
  list(repository: RepositoryRecord): Promise<PullRecord[]>;
  get(repository: RepositoryRecord, number: number): Promise<PullRecord>;
  numbers(repository: RepositoryRecord, pull: PullRecord): Promise<PullNumbers>;
  create(repository: RepositoryRecord, author: AccountRecord, fields: NewPull): Promise<PullRecord>;
  update(
    repository: RepositoryRecord,
    number: number,
    change: PullChange,
    sender: AccountRecord,
  ): Promise<PullRecord>;
  /** @returns the merge commit's id. */
  merge(
    repository: RepositoryRecord,
    number: number,
    person: AccountRecord,
    options: MergeOptions,
  ): Promise<string>;
  /** Does what moves branches, and lets every pull request that they belong to follow at once. */
  push<T>(repository: RepositoryRecord, pusher: AccountRecord, move: () => Promise<T>): Promise<T>;
}

export function createPulls(deps: PullDeps): Pulls {
  const { state } = deps.store;
  const turns = createTurns();
  /** Who is pushing to a repository right now: a reader may see the push before it has ended. */
  const pushers = new Map<number, AccountRecord>();

  const of = (repository: RepositoryRecord): PullRecord[] =>
    state.pulls.filter((pull) => pull.repository_id === repository.id);
  function sync(repository: RepositoryRecord, pulls: readonly PullRecord[]): Promise<void> {
    const pusher = pulls.map((pull) => pushers.get(pull.head_repository_id)).find((one) => one !== undefined);
    const sender = pushers.get(repository.id) ?? pusher ?? accountById(state, repository.owner_id);
    return syncPulls(deps, repository, pulls, sender);
  }
  async function present(repository: RepositoryRecord, number: number): Promise<PullRecord> {
    const pull = pullByNumber(state, repository.id, number);
    if (!pull) throw notFound();
    await sync(repository, [pull]);
    return pull;
  }
  /** The repository whose turn it is: nothing else changes its pull requests meanwhile. */
  const inTurn = <T>(repository: RepositoryRecord, task: () => Promise<T>): Promise<T> =>
    turns.take(repository.id, task);

  return {
    list: (repository) =>
      inTurn(repository, async () => {
        await sync(repository, of(repository));
        return of(repository);
      }),
    get: (repository, number) => inTurn(repository, () => present(repository, number)),
    numbers: createPullNumbers(deps.repositories, ({ repository_id, base_sha }) =>
      state.pulls.filter(
        (pull) => pull.repository_id === repository_id && pull.state === "open" && pull.base_sha === base_sha,
      ),
    ),
    create: (repository, author, fields) =>
      inTurn(repository, async () => {
        // What closes because of a push has to be closed before a second one is refused.
        const ref = fields.head.replace(/^[^:]*:/, "");
        await sync(
          repository,
          of(repository).filter((pull) => pull.head_ref === ref),
        );
        return openPull(deps, repository, author, fields);
      }),
    update: (repository, number, change, sender) =>
      inTurn(repository, async () =>
        changePull(deps, repository, await present(repository, number), change, sender),
      ),
    merge: (repository, number, person, options) =>
      inTurn(repository, async () => {
        const oid = await mergePull(deps, repository, await present(repository, number), person, options);
        // The merge moved the base of others, and may have brought their commits along.
        await syncPulls(deps, repository, of(repository), person);
        return oid;
      }),
    async push(repository, pusher, move) {
      pushers.set(repository.id, pusher);
      try {
        return await move();
      } finally {
        const headed = state.pulls.filter((pull) => pull.head_repository_id === repository.id);
        for (const id of new Set([repository.id, ...headed.map((pull) => pull.repository_id)])) {
          const target = repositoryById(state, id);
          if (target) await inTurn(target, () => syncPulls(deps, target, of(target), pusher));
        }
        if (pushers.get(repository.id) === pusher) pushers.delete(repository.id);
      }
    },
  };
}
