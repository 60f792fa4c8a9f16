import { validationFailed } from "../github-error.ts";
import { isoSeconds } from "../site.ts";
import { accountById } from "../state/lookup.ts";
import type { AccountRecord, PullRecord, RepositoryRecord, State } from "../state/model.ts";
import { takeId } from "../state/store.ts";
import { describeBranches, mustFitPull } from "./pull-rules.ts";
import type { NewPull, PullDeps } from "./pulls.ts";

/** @throws GitHubError 422 in GitHub's words */
export async function openPull(
  { store, repositories, clock }: PullDeps,
  repository: RepositoryRecord,
  author: AccountRecord,
  fields: NewPull,
): Promise<PullRecord> {
  mustFitPull(fields);
  const git = repositories.git(repository);
  const branches = await describeBranches(store.state, repository, git, fields);
  const now = isoSeconds(clock.now());
  // From here to the record nothing is waited for, so that of two requests at once one is refused.
  const pull = store.update((state) => {
    refuseSecond(state, repository, branches);
    const record: PullRecord = {
      id: takeId(state),
      repository_id: repository.id,
      number: state.pulls.filter((other) => other.repository_id === repository.id).length + 1,
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
  // Keeps the commits, and can be fetched, after the branch is gone.
  await git.updateRef(`refs/pull/${pull.number}/head`, pull.head_sha);
  return pull;
}

/** @throws GitHubError 422 while a pull request is open for these branches. */
export function refuseSecond(
  state: State,
  repository: RepositoryRecord,
  { head_ref, base_ref }: Pick<PullRecord, "head_ref" | "base_ref">,
): void {
  const exists = state.pulls.some(
    (other) =>
      other.repository_id === repository.id &&
      other.state === "open" &&
      other.head_ref === head_ref &&
      other.base_ref === base_ref,
  );
  if (!exists) return;
  const owner = accountById(state, repository.owner_id).login;
  const message = `A pull request already exists for ${owner}:${head_ref}.`;
  throw validationFailed({ resource: "PullRequest", code: "custom", message });
}
