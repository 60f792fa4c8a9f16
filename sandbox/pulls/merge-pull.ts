import { emailOf } from "../answers/commit.ts";
import { GitHubError } from "../github-error.ts";
import { isoSeconds } from "../site.ts";
import { accountById, repositoryById } from "../state/lookup.ts";
import type { AccountRecord, PullRecord, RepositoryRecord, State } from "../state/model.ts";
import type { MergeOptions, PullDeps } from "./pulls.ts";

/** @returns the merge commit's id. @throws GitHubError 405 when it can't be merged, 409 when a branch moved. */
export async function mergePull(
  { store, repositories, clock, site, emit }: PullDeps,
  repository: RepositoryRecord,
  pull: PullRecord,
  person: AccountRecord,
  options: MergeOptions,
): Promise<string> {
  if (pull.state === "closed") throw new GitHubError(405, "Pull Request is not mergeable");
  if (pull.draft) throw new GitHubError(405, "Pull Request is still a draft");
  if (options.sha !== undefined && options.sha !== pull.head_sha) {
    throw new GitHubError(409, "Head branch was modified. Review and try the merge again.");
  }
  const git = repositories.git(repository);
  const base = pull.base_tip;
  const now = isoSeconds(clock.now());
  const oid = await git.merge({
    base,
    head: pull.head_sha,
    method: options.method,
    message: mergeMessage(pull, headOwner(store.state, repository, pull), options),
    author: { name: person.login, email: emailOf(site, person), date: now },
  });
  if (oid === null) throw new GitHubError(405, "Pull Request is not mergeable");
  if (!(await git.updateRef(`refs/heads/${pull.base_ref}`, oid, base))) {
    throw new GitHubError(409, "Base branch was modified. Review and try the merge again.");
  }
  const times = { merged_at: now, closed_at: now, updated_at: now };
  store.update(() => {
    Object.assign(pull, {
      state: "closed",
      base_sha: base,
      merged_by_id: person.id,
      merge_commit_sha: oid,
      ...times,
    });
  });
  emit({ event: "pull_request", action: "closed", sender: person, repository, pull });
  return oid;
}

function headOwner(state: State, repository: RepositoryRecord, pull: PullRecord): string {
  const { owner_id } = repositoryById(state, pull.head_repository_id) ?? repository;
  return accountById(state, owner_id).login;
}

function mergeMessage(pull: PullRecord, owner: string, options: MergeOptions): string {
  const merging = options.method === "merge";
  const subject = merging
    ? `Merge pull request #${pull.number} from ${owner}/${pull.head_ref}`
    : `${pull.title} (#${pull.number})`;
  const { title = subject, message = merging ? pull.title : "" } = options;
  return `${title}\n\n${message}`.trim();
}
