import { nodeId, type Site } from "../site.ts";
import { accountById, fullName } from "../state/lookup.ts";
import type { RepositoryRecord, State } from "../state/model.ts";
import { type Schemas, userAnswer } from "./account.ts";

export type RepositoryAnswer = Schemas["repository"] & Schemas["full-repository"] & { license: null };

/** GitHub's `full-repository`, which holds everything that its shorter forms do. */
export function repositoryAnswer(site: Site, state: State, repository: RepositoryRecord): RepositoryAnswer {
  const owner = accountById(state, repository.owner_id);
  const name = fullName(state, repository);
  const openPulls = state.pulls.filter(
    (pull) => pull.repository_id === repository.id && pull.state === "open",
  ).length;
  const forks = state.repositories.filter((other) => other.fork_of === repository.id).length;
  return {
    id: repository.id,
    node_id: nodeId("Repository", repository.id),
    name: repository.name,
    full_name: name,
    owner: userAnswer(site, owner),
    private: repository.private,
    visibility: repository.private ? "private" : "public",
    description: null,
    fork: repository.fork_of !== null,
    ...repositoryLinks(site, name),
    default_branch: repository.default_branch,
    archived: repository.archived,
    disabled: false,
    created_at: repository.created_at,
    updated_at: repository.updated_at,
    pushed_at: repository.pushed_at,
    language: null,
    license: null,
    homepage: null,
    mirror_url: null,
    size: 1,
    forks,
    forks_count: forks,
    stargazers_count: 0,
    watchers: 0,
    watchers_count: 0,
    subscribers_count: 0,
    network_count: 0,
    open_issues: openPulls,
    open_issues_count: openPulls,
    has_issues: true,
    has_projects: true,
    has_wiki: true,
    has_pages: false,
    has_downloads: true,
    has_discussions: false,
    topics: [],
    allow_merge_commit: true,
    allow_squash_merge: true,
    allow_rebase_merge: false,
    allow_auto_merge: false,
    delete_branch_on_merge: false,
  };
}

function repositoryLinks(site: Site, name: string) {
  const api = `${site.apiUrl}/repos/${name}`;
  const page = `${site.url}/${name}`;
  return {
    url: api,
    html_url: page,
    clone_url: `${page}.git`,
    git_url: `git://${site.host}/${name}.git`,
    ssh_url: `ssh://git@${site.host}/${name}.git`,
    svn_url: page,
    archive_url: `${api}/{archive_format}{/ref}`,
    assignees_url: `${api}/assignees{/user}`,
    blobs_url: `${api}/git/blobs{/sha}`,
    branches_url: `${api}/branches{/branch}`,
    collaborators_url: `${api}/collaborators{/collaborator}`,
    comments_url: `${api}/comments{/number}`,
    commits_url: `${api}/commits{/sha}`,
    compare_url: `${api}/compare/{base}...{head}`,
    contents_url: `${api}/contents/{+path}`,
    contributors_url: `${api}/contributors`,
    deployments_url: `${api}/deployments`,
    downloads_url: `${api}/downloads`,
    events_url: `${api}/events`,
    forks_url: `${api}/forks`,
    git_commits_url: `${api}/git/commits{/sha}`,
    git_refs_url: `${api}/git/refs{/sha}`,
    git_tags_url: `${api}/git/tags{/sha}`,
    hooks_url: `${api}/hooks`,
    issue_comment_url: `${api}/issues/comments{/number}`,
    issue_events_url: `${api}/issues/events{/number}`,
    issues_url: `${api}/issues{/number}`,
    keys_url: `${api}/keys{/key_id}`,
    labels_url: `${api}/labels{/name}`,
    languages_url: `${api}/languages`,
    merges_url: `${api}/merges`,
    milestones_url: `${api}/milestones{/number}`,
    notifications_url: `${api}/notifications{?since,all,participating}`,
    pulls_url: `${api}/pulls{/number}`,
    releases_url: `${api}/releases{/id}`,
    stargazers_url: `${api}/stargazers`,
    statuses_url: `${api}/statuses/{sha}`,
    subscribers_url: `${api}/subscribers`,
    subscription_url: `${api}/subscription`,
    tags_url: `${api}/tags`,
    teams_url: `${api}/teams`,
    trees_url: `${api}/git/trees{/sha}`,
  };
}
