import type { GitRepository } from "../git/git-repository.ts";
import { type GitHubError, validationFailed } from "../github-error.ts";
import { isoSeconds } from "../site.ts";
import type { PullRecord, RepositoryRecord } from "../state/model.ts";
import { refuseSecond } from "./open-pull.ts";
import { mustFitPull } from "./pull-rules.ts";
import type { PullChange, PullDeps } from "./pulls.ts";

/** Changes texts, base and state. @throws GitHubError 422 in GitHub's words */
export async function changePull(
  { store, repositories, clock }: PullDeps,
  repository: RepositoryRecord,
  pull: PullRecord,
  change: PullChange,
): Promise<PullRecord> {
  mustFitPull({ title: change.title ?? pull.title, body: change.body });
  const git = repositories.git(repository);
  const base = change.base === undefined ? {} : await newBase(git, change.base);
  const reopening = change.state === "open" && pull.state === "closed";
  const reopened = reopening ? await headToReopen(git, pull) : {};
  const now = isoSeconds(clock.now());
  return store.update((state) => {
    if (reopening) refuseSecond(state, repository, pull);
    if (change.title !== undefined) pull.title = change.title;
    if (change.body !== undefined) pull.body = change.body;
    Object.assign(pull, { ...base, ...reopened, updated_at: now });
    if (change.state === "closed" && pull.state === "open") {
      Object.assign(pull, { state: "closed", closed_at: now });
    }
    return pull;
  });
}

async function newBase(git: GitRepository, base: string): Promise<Partial<PullRecord>> {
  const tip = await git.tip(`refs/heads/${base}`);
  if (tip === null) throw validationFailed({ resource: "PullRequest", field: "base", code: "invalid" });
  return { base_ref: base, base_sha: tip, base_tip: tip };
}

async function headToReopen(git: GitRepository, pull: PullRecord): Promise<Partial<PullRecord>> {
  const refuse = (why: string): GitHubError => {
    const message = `state cannot be changed. ${why}`;
    return validationFailed({ resource: "PullRequest", code: "invalid", field: "state", message });
  };
  if (pull.merged_at !== null) throw refuse("The pull request cannot be reopened.");
  const tip = await git.tip(`refs/heads/${pull.head_ref}`);
  if (tip === null) throw refuse(`The ${pull.head_ref} branch has been deleted.`);
  return { state: "open", closed_at: null, head_sha: tip };
}
