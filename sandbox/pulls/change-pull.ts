import { type GitHubError, validationFailed } from "../github-error.ts";
import type { HookEvent } from "../hooks/hook-event.ts";
import { isoSeconds } from "../site.ts";
import type { AccountRecord, PullRecord, RepositoryRecord } from "../state/model.ts";
import { refuseSecond } from "./open-pull.ts";
import { mustFitPull } from "./pull-rules.ts";
import type { PullChange, PullDeps } from "./pulls.ts";
import { fetchHead, headTip, takeHead } from "./sync-pulls.ts";

type Change = Exclude<Extract<HookEvent, { event: "pull_request" }>, { action: "synchronize" }>;
type Action = Change["action"];
type Before = NonNullable<Change["from"]>;

/** Changes texts, base, draft and state; what is the same already is no change. @throws GitHubError 422 in GitHub's words */
export async function changePull(
  deps: PullDeps,
  repository: RepositoryRecord,
  pull: PullRecord,
  change: PullChange,
  sender: AccountRecord,
): Promise<PullRecord> {
  const { store, clock, emit } = deps;
  mustFitPull({ title: change.title ?? pull.title, body: change.body });
  const rebased = change.base !== undefined && change.base !== pull.base_ref;
  const base = rebased ? await newBase(deps, repository, pull, change.base ?? "") : {};
  const reopening = change.state === "open" && pull.state === "closed";
  const reopened = reopening ? await headToReopen(deps, repository, pull) : {};
  const drafting = change.draft !== undefined && change.draft !== pull.draft;
  if (drafting && pull.state === "closed") throw refuse("draft", "The pull request is closed.");

  const from = textsBefore(pull, change, rebased);
  const edited = Object.keys(from).length > 0;
  const closing = change.state === "closed" && pull.state === "open";
  const actions: Action[] = [
    ...(edited ? (["edited"] as const) : []),
    ...(drafting ? ([change.draft ? "converted_to_draft" : "ready_for_review"] as const) : []),
    ...(closing ? (["closed"] as const) : []),
    ...(reopening ? (["reopened"] as const) : []),
  ];
  const now = isoSeconds(clock.now());
  store.update((state) => {
    if (reopening || rebased) refuseSecond(state, repository, { ...pull, ...base });
    if (change.title !== undefined) pull.title = change.title;
    if (change.body !== undefined) pull.body = change.body;
    if (change.draft !== undefined) pull.draft = change.draft;
    if (change.maintainer_can_modify !== undefined) pull.maintainer_can_modify = change.maintainer_can_modify;
    Object.assign(pull, base, reopened, closing ? { state: "closed", closed_at: now } : {});
    if (actions.length > 0) pull.updated_at = now;
  });
  for (const action of actions) {
    const before = action === "edited" ? { from } : {};
    emit({ event: "pull_request", action, sender, repository, pull, ...before });
  }
  return pull;
}

function textsBefore(pull: PullRecord, change: PullChange, rebased: boolean): Before {
  return {
    ...(change.title !== undefined && change.title !== pull.title ? { title: pull.title } : {}),
    ...(change.body !== undefined && change.body !== pull.body ? { body: pull.body } : {}),
    ...(rebased ? { base: { ref: pull.base_ref, sha: pull.base_sha } } : {}),
  };
}

async function newBase(
  { repositories }: PullDeps,
  repository: RepositoryRecord,
  pull: PullRecord,
  base: string,
): Promise<Partial<PullRecord>> {
  if (pull.state === "closed")
    throw refuse("base", "Cannot change the base branch of a closed pull request.");
  const git = repositories.git(repository);
  const tip = await git.tip(`refs/heads/${base}`);
  if (tip === null) throw validationFailed({ resource: "PullRequest", field: "base", code: "invalid" });
  if (await git.isAncestor(pull.head_sha, tip)) {
    const between = `base branch '${base}' and head branch '${pull.head_ref}'`;
    throw refuse("base", `There are no new commits between ${between}`);
  }
  return { base_ref: base, base_sha: tip, base_tip: tip };
}

async function headToReopen(
  deps: PullDeps,
  repository: RepositoryRecord,
  pull: PullRecord,
): Promise<Partial<PullRecord>> {
  const because = (why: string): GitHubError => refuse("state", `state cannot be changed. ${why}`);
  if (pull.merged_at !== null) throw because("The pull request cannot be reopened.");
  const head = headTip(deps, pull);
  if (head === null) throw because(`The ${pull.head_ref} branch has been deleted.`);
  const git = deps.repositories.git(repository);
  const base = await git.tip(`refs/heads/${pull.base_ref}`);
  if (base === null) throw because(`The ${pull.base_ref} branch has been deleted.`);
  await fetchHead(deps, repository, pull, head);
  if (!(await git.isAncestor(pull.head_sha, head))) {
    throw because(`The ${pull.head_ref} branch was force-pushed or recreated.`);
  }
  if (await git.isAncestor(head, base)) {
    throw because(`There are no new commits on the ${pull.head_ref} branch.`);
  }
  await takeHead(deps, repository, pull, head);
  return { state: "open", closed_at: null, head_sha: head, base_tip: base };
}

function refuse(field: string, message: string): GitHubError {
  return validationFailed({ resource: "PullRequest", code: "invalid", field, message });
}
