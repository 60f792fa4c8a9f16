import { accountById, fullName, repositoryById } from "../state/lookup.ts";
import type { PullRecord, RepositoryRecord } from "../state/model.ts";
import type { PullView } from "../world.ts";
import type { WorldDeps } from "./create-world.ts";

export function pullView(
  { site, store }: Pick<WorldDeps, "site" | "store">,
  repository: RepositoryRecord,
  pull: PullRecord,
): PullView {
  const source = repositoryById(store.state, pull.head_repository_id);
  return {
    id: pull.id,
    number: pull.number,
    title: pull.title,
    body: pull.body,
    user: accountById(store.state, pull.user_id).login,
    state: pull.state,
    draft: pull.draft,
    merged: pull.merged_at !== null,
    head: { ref: pull.head_ref, sha: pull.head_sha, repo: source ? fullName(store.state, source) : null },
    base: { ref: pull.base_ref, sha: pull.base_sha },
    created_at: pull.created_at,
    updated_at: pull.updated_at,
    closed_at: pull.closed_at,
    merged_at: pull.merged_at,
    merge_commit_sha: pull.merge_commit_sha,
    html_url: `${site.url}/${fullName(store.state, repository)}/pull/${pull.number}`,
  };
}
