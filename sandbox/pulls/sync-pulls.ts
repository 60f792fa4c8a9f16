import { isoSeconds } from "../site.ts";
import { repositoryById } from "../state/lookup.ts";
import type { AccountRecord, PullRecord, RepositoryRecord } from "../state/model.ts";
import type { PullDeps } from "./pulls.ts";

/**
 * Brings open pull requests of a repository up to what their branches say now, the way GitHub does after a push: the
 * head follows its branch, a branch that went closes it, a head that its base has come to contain is merged, and
 * one that was reset to its base is closed. Only one of these runs on a repository at a time. A push to the base of
 * 1,000 costs one git process and one write of the state.
 * @param sender who pushed
 */
export async function syncPulls(
  deps: PullDeps,
  repository: RepositoryRecord,
  pulls: readonly PullRecord[],
  sender: AccountRecord,
): Promise<void> {
  const { store, clock, emit } = deps;
  const changes = await lookAtBranches(deps, repository, pulls);
  if (changes.length === 0) return;
  const now = isoSeconds(clock.now());
  store.update(() => {
    for (const change of changes) follow(change, now);
  });
  for (const { pull, before } of changes) {
    if (pull.state === "closed") emit({ event: "pull_request", action: "closed", sender, repository, pull });
    else if (pull.head_sha !== before)
      emit({ event: "pull_request", action: "synchronize", sender, repository, pull, before });
  }
}

interface Change {
  pull: PullRecord;
  /** The head as it was known. */
  before: string;
  /** Tips of both branches now; null: gone. */
  head: string | null;
  base: string | null;
  /** The base holds all of the head. */
  contained: boolean;
}

/** Those whose branches moved, with where to. */
async function lookAtBranches(
  deps: PullDeps,
  repository: RepositoryRecord,
  pulls: readonly PullRecord[],
): Promise<Change[]> {
  const tips = deps.repositories.tips(repository);
  const changes: Change[] = [];
  for (const pull of pulls) {
    if (pull.state === "closed") continue;
    const base = tips.read(`refs/heads/${pull.base_ref}`);
    const head = headTip(deps, pull);
    if (head === pull.head_sha && base === pull.base_tip) continue;
    if (head !== null && head !== pull.head_sha) await takeHead(deps, repository, pull, head);
    changes.push({ pull, before: pull.head_sha, head, base, contained: false });
  }
  for (const base of new Set(changes.map((change) => change.base))) {
    if (base === null) continue;
    const merged = await deps.repositories.git(repository).mergedHeads(base);
    for (const change of changes)
      if (change.base === base && change.head !== null) change.contained = merged.has(change.head);
  }
  return changes;
}

/** Tip of the head branch; a pull request whose fork was deleted keeps the head it had. */
export function headTip({ store, repositories }: PullDeps, pull: PullRecord): string | null {
  const repository = repositoryById(store.state, pull.head_repository_id);
  return repository ? repositories.tips(repository).read(`refs/heads/${pull.head_ref}`) : pull.head_sha;
}

/** `refs/pull/<n>/head` keeps the commits, and lets them be fetched, after the branch is gone; a fork's come with it. */
export async function takeHead(
  deps: PullDeps,
  repository: RepositoryRecord,
  pull: Pick<PullRecord, "number" | "head_repository_id">,
  head: string,
): Promise<void> {
  await fetchHead(deps, repository, pull, head);
  await deps.repositories.git(repository).updateRef(`refs/pull/${pull.number}/head`, head);
}

/** Brings the commits of a fork's branch to where the pull request is. */
export async function fetchHead(
  { store, repositories }: PullDeps,
  repository: RepositoryRecord,
  pull: Pick<PullRecord, "head_repository_id">,
  head: string,
): Promise<void> {
  const fork = repositoryById(store.state, pull.head_repository_id);
  if (fork && fork.id !== repository.id)
    await repositories.git(repository).fetchObject(repositories.git(fork).dir, head);
}

function follow({ pull, before, head, base, contained }: Change, now: string): void {
  const moved = head !== null && head !== before;
  if (base !== null && base !== pull.base_tip) {
    pull.base_tip = base;
    // What was merged is compared with what it was merged into, so the base stands still once it contains the head.
    if (moved && !contained) pull.base_sha = base;
  }
  if (moved) {
    pull.head_sha = head;
    pull.updated_at = now;
  }
  if (head !== null && base !== null && !contained) return;
  Object.assign(pull, { state: "closed", closed_at: now, updated_at: now });
  // A push brought the very commits to the base: that is a merge. A head that was moved back to its base is none.
  if (contained && !moved) Object.assign(pull, { merged_at: now, merge_commit_sha: base });
}
