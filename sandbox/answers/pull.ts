import { nodeId, type Site } from "../site.ts";
import { accountById, fullName, repositoryById } from "../state/lookup.ts";
import type { PullRecord, RepositoryRecord, ReviewRecord, State } from "../state/model.ts";
import { associationOf } from "../state/roles.ts";
import { type Schemas, userAnswer } from "./account.ts";
import { repositoryAnswer } from "./repository.ts";

/** What git knows about a pull request and the state doesn't. */
export interface PullNumbers {
  commits: number;
  additions: number;
  deletions: number;
  changed_files: number;
  /** Null for a closed one. */
  mergeable: boolean | null;
}

export function simplePullAnswer(
  site: Site,
  state: State,
  repository: RepositoryRecord,
  pull: PullRecord,
): Schemas["pull-request-simple"] {
  return {
    id: pull.id,
    node_id: nodeId("PullRequest", pull.id),
    number: pull.number,
    state: pull.state,
    locked: false,
    title: pull.title,
    user: userAnswer(site, accountById(state, pull.user_id)),
    body: pull.body,
    labels: [],
    milestone: null,
    active_lock_reason: null,
    created_at: pull.created_at,
    updated_at: pull.updated_at,
    closed_at: pull.closed_at,
    merged_at: pull.merged_at,
    merge_commit_sha: pull.merge_commit_sha,
    assignee: null,
    assignees: [],
    requested_reviewers: [],
    requested_teams: [],
    head: headAnswer(site, state, pull),
    base: branchAnswer(site, state, repository, { ref: pull.base_ref, sha: pull.base_sha }),
    author_association: associationOf(state, repository, accountById(state, pull.user_id)),
    auto_merge: null,
    draft: pull.draft,
    ...pullLinks(site, fullName(state, repository), pull),
  };
}

export function pullAnswer(
  site: Site,
  state: State,
  repository: RepositoryRecord,
  pull: PullRecord,
  numbers: PullNumbers,
): Schemas["pull-request"] {
  const { comments, reviews } = state;
  const simple = simplePullAnswer(site, state, repository, pull);
  const mine = (other: { repository_id: number; number: number }): boolean =>
    other.repository_id === repository.id && other.number === pull.number;
  return {
    ...simple,
    state: pull.state,
    user: userAnswer(site, accountById(state, pull.user_id)),
    labels: [],
    head: simple.head as Schemas["pull-request"]["head"],
    base: { ...simple.base, user: userAnswer(site, accountById(state, repository.owner_id)) },
    merged: pull.merged_at !== null,
    merged_by: pull.merged_by_id === null ? null : userAnswer(site, accountById(state, pull.merged_by_id)),
    mergeable: numbers.mergeable,
    rebaseable: false,
    mergeable_state: mergeableState(pull, numbers.mergeable),
    comments: comments.filter(mine).length,
    review_comments: reviews.filter((review) => mine(review) && review.state === "COMMENTED").length,
    maintainer_can_modify: pull.maintainer_can_modify,
    commits: numbers.commits,
    additions: numbers.additions,
    deletions: numbers.deletions,
    changed_files: numbers.changed_files,
  };
}

function mergeableState(pull: PullRecord, mergeable: boolean | null): string {
  if (mergeable === null) return "unknown";
  if (pull.draft) return "draft";
  return mergeable ? "clean" : "dirty";
}

/** Of a pull request whose fork was deleted only the names are left. */
function headAnswer(site: Site, state: State, pull: PullRecord): Schemas["pull-request-simple"]["head"] {
  const repository = repositoryById(state, pull.head_repository_id);
  const branch = { ref: pull.head_ref, sha: pull.head_sha };
  if (repository) return branchAnswer(site, state, repository, branch);
  const author = userAnswer(site, accountById(state, pull.user_id));
  // GitHub answers null here, although its description does not allow it.
  const repo = null as unknown as Schemas["pull-request-simple"]["head"]["repo"];
  return { label: `${author.login}:${branch.ref}`, ...branch, user: author, repo };
}

function branchAnswer(
  site: Site,
  state: State,
  repository: RepositoryRecord,
  branch: { ref: string; sha: string },
): Schemas["pull-request-simple"]["head"] {
  const owner = accountById(state, repository.owner_id);
  return {
    label: `${owner.login}:${branch.ref}`,
    ref: branch.ref,
    sha: branch.sha,
    user: userAnswer(site, owner),
    repo: repositoryAnswer(site, state, repository),
  };
}

function pullLinks(site: Site, name: string, pull: PullRecord) {
  const api = `${site.apiUrl}/repos/${name}`;
  const url = `${api}/pulls/${pull.number}`;
  const page = `${site.url}/${name}/pull/${pull.number}`;
  const issue = `${api}/issues/${pull.number}`;
  const links = {
    comments_url: `${issue}/comments`,
    commits_url: `${url}/commits`,
    statuses_url: `${api}/statuses/${pull.head_sha}`,
    review_comments_url: `${url}/comments`,
    review_comment_url: `${api}/pulls/comments{/number}`,
  };
  return {
    url,
    html_url: page,
    diff_url: `${page}.diff`,
    patch_url: `${page}.patch`,
    issue_url: issue,
    ...links,
    _links: {
      self: { href: url },
      html: { href: page },
      issue: { href: issue },
      comments: { href: links.comments_url },
      commits: { href: links.commits_url },
      statuses: { href: links.statuses_url },
      review_comments: { href: links.review_comments_url },
      review_comment: { href: links.review_comment_url },
    },
  };
}

export function reviewAnswer(
  site: Site,
  state: State,
  repository: RepositoryRecord,
  review: ReviewRecord,
): Schemas["pull-request-review"] {
  const name = fullName(state, repository);
  const pullUrl = `${site.apiUrl}/repos/${name}/pulls/${review.number}`;
  const page = `${site.url}/${name}/pull/${review.number}#pullrequestreview-${review.id}`;
  return {
    id: review.id,
    node_id: nodeId("PullRequestReview", review.id),
    user: userAnswer(site, accountById(state, review.user_id)),
    body: review.body,
    state: review.state,
    html_url: page,
    pull_request_url: pullUrl,
    _links: { html: { href: page }, pull_request: { href: pullUrl } },
    submitted_at: review.submitted_at,
    commit_id: review.commit_id,
    author_association: associationOf(state, repository, accountById(state, review.user_id)),
  };
}
