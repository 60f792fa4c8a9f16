import type { GitRepository } from "../git/git-repository.ts";
import type { PullRecord, RepositoryRecord } from "../state/model.ts";
import type { Store } from "../state/store.ts";

/**
 * Brings the open pull requests of a repository up to what its branches say now, the way GitHub does after a push: the
 * head follows its branch, a branch that went closes it, a head that its base has come to contain is merged, and
 * one that was reset to its base is closed.
 */
export async function syncPulls(
  store: Store,
  repository: RepositoryRecord,
  git: GitRepository,
  now: () => string,
): Promise<void> {
  const open = store.state.pulls.filter(
    (pull) => pull.repository_id === repository.id && pull.state === "open",
  );
  if (open.length === 0) return;

  const tips = new Map(
    (await git.refs("refs/heads")).map((ref) => [ref.name.slice("refs/heads/".length), ref.oid]),
  );
  for (const pull of open) {
    const head = tips.get(pull.head_ref);
    const base = tips.get(pull.base_ref);
    if (head === pull.head_sha && base === pull.base_tip) continue;
    const contained = head !== undefined && base !== undefined && (await git.isAncestor(head, base));
    const moved = head !== undefined && head !== pull.head_sha;
    if (moved) await git.updateRef(`refs/pull/${pull.number}/head`, head);
    store.update(() => {
      // Somebody may have closed or merged it while git was looking.
      if (pull.state === "open") follow(pull, { head, base, contained, now: now() });
    });
  }
}

interface Seen {
  head: string | undefined;
  base: string | undefined;
  contained: boolean;
  now: string;
}

function follow(pull: PullRecord, seen: Seen): void {
  const { head, base, contained, now } = seen;
  const moved = head !== undefined && head !== pull.head_sha;
  if (base !== undefined && base !== pull.base_tip) {
    pull.base_tip = base;
    // What was merged is compared with what it was merged into, so the base stands still once it contains the head.
    if (moved && !contained) pull.base_sha = base;
  }
  if (moved) {
    pull.head_sha = head;
    pull.updated_at = now;
  }
  if (head !== undefined && base !== undefined && !contained) return;
  Object.assign(pull, { state: "closed", closed_at: now, updated_at: now });
  // A push brought the very commits to the base: that is a merge. A head that was moved back to its base is none.
  if (contained && !moved) Object.assign(pull, { merged_at: now, merge_commit_sha: base ?? null });
}
