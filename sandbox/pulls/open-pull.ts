import { validationFailed } from "../github-error.ts";
import { isoSeconds } from "../site.ts";
import { accountById, repositoryById } from "../state/lookup.ts";
import type { AccountRecord, PullRecord, RepositoryRecord, State } from "../state/model.ts";
import { takeId } from "../state/store.ts";
import { describeBranches, mustFitPull } from "./pull-rules.ts";
import type { NewPull, PullDeps } from "./pulls.ts";
import { takeHead } from "./sync-pulls.ts";

/** @throws GitHubError 422 in GitHub's words */
export async function openPull(
  deps: PullDeps,
  repository: RepositoryRecord,
  author: AccountRecord,
  fields: NewPull,
): Promise<PullRecord> {
  const { store, clock, emit } = deps;
  mustFitPull(fields);
  const branches = await describeBranches(deps, repository, fields);
  const now = isoSeconds(clock.now());
  // From here to the record nothing is waited for, so that of two requests at once one is refused.
  const pull = store.update((state) => {
    refuseSecond(state, repository, branches);
    const record: PullRecord = {
      id: takeId(state),
      repository_id: repository.id,
      number: nextNumber(state, repository),
      title: fields.title,
      body: fields.body,
      user_id: author.id,
      draft: fields.draft,
      maintainer_can_modify: fields.maintainer_can_modify,
      state: "open",
      ...branches,
      created_at: now,
      updated_at: now,
      closed_at: null,
      merged_at: null,
      merged_by_id: null,
      merge_commit_sha: null,
    };
    state.pulls.push(record);
    return record;
  });
  await takeHead(deps, repository, pull, pull.head_sha);
  emit({ event: "pull_request", action: "opened", sender: author, repository, pull });
  return pull;
}

export function nextNumber(state: State, repository: RepositoryRecord): number {
  return state.pulls.filter((pull) => pull.repository_id === repository.id).length + 1;
}

/** @throws GitHubError 422 while a pull request is open for these branches. */
export function refuseSecond(
  state: State,
  repository: RepositoryRecord,
  {
    head_repository_id,
    head_ref,
    base_ref,
  }: Pick<PullRecord, "head_repository_id" | "head_ref" | "base_ref">,
): void {
  const exists = state.pulls.some(
    (other) =>
      other.repository_id === repository.id &&
      other.state === "open" &&
      other.head_repository_id === head_repository_id &&
      other.head_ref === head_ref &&
      other.base_ref === base_ref,
  );
  if (!exists) return;
  const head = repositoryById(state, head_repository_id) ?? repository;
  const owner = accountById(state, head.owner_id).login;
  const message = `A pull request already exists for ${owner}:${head_ref}.`;
  throw validationFailed({ resource: "PullRequest", code: "custom", message });
}
