import { nodeId, type Site } from "../site.ts";
import { accountById, fullName } from "../state/lookup.ts";
import type { CheckRunRecord, RepositoryRecord, State, StatusRecord } from "../state/model.ts";
import { appAnswer, type Schemas, userAnswer } from "./account.ts";
import { repositoryAnswer } from "./repository.ts";

export function checkRunAnswer(
  site: Site,
  state: State,
  repository: RepositoryRecord,
  run: CheckRunRecord,
): Schemas["check-run"] {
  const name = fullName(state, repository);
  const url = `${site.apiUrl}/repos/${name}/check-runs/${run.id}`;
  const page = `${site.url}/${name}/runs/${run.id}`;
  return {
    id: run.id,
    node_id: nodeId("CheckRun", run.id),
    head_sha: run.head_sha,
    external_id: run.external_id ?? "",
    url,
    html_url: page,
    details_url: run.details_url ?? page,
    name: run.name,
    status: run.status,
    conclusion: run.conclusion as Schemas["check-run"]["conclusion"],
    started_at: run.started_at,
    completed_at: run.completed_at,
    output: { ...run.output, annotations_url: `${url}/annotations` },
    check_suite: { id: run.repository_id },
    app: appAnswer(site, state),
    pull_requests: pullsWithHead(site, state, repository, run.head_sha),
  };
}

function pullsWithHead(
  site: Site,
  state: State,
  repository: RepositoryRecord,
  sha: string,
): Schemas["pull-request-minimal"][] {
  const url = `${site.apiUrl}/repos/${fullName(state, repository)}`;
  const repo = { id: repository.id, url, name: repository.name };
  return state.pulls
    .filter((pull) => pull.repository_id === repository.id && pull.state === "open" && pull.head_sha === sha)
    .map((pull) => ({
      id: pull.id,
      number: pull.number,
      url: `${url}/pulls/${pull.number}`,
      head: { ref: pull.head_ref, sha: pull.head_sha, repo },
      base: { ref: pull.base_ref, sha: pull.base_sha, repo },
    }));
}

/** @param statuses all of one commit, oldest first; the latest of each context counts. */
export function combinedStatusAnswer(
  site: Site,
  state: State,
  repository: RepositoryRecord,
  sha: string,
  statuses: readonly StatusRecord[],
): Schemas["combined-commit-status"] {
  const latest = [...new Map(statuses.map((status) => [status.context, status])).values()];
  const url = `${site.apiUrl}/repos/${fullName(state, repository)}/commits/${sha}`;
  return {
    state: combined(latest),
    statuses: latest.map((status) => statusAnswer(site, state, repository, status)),
    sha,
    total_count: latest.length,
    repository: repositoryAnswer(site, state, repository),
    commit_url: url,
    url: `${url}/status`,
  };
}

/** No status at all is "pending" too. */
function combined(latest: readonly StatusRecord[]): "pending" | "success" | "failure" {
  if (latest.some(({ state }) => state === "failure" || state === "error")) return "failure";
  return latest.length > 0 && latest.every(({ state }) => state === "success") ? "success" : "pending";
}

function statusAnswer(
  site: Site,
  state: State,
  repository: RepositoryRecord,
  status: StatusRecord,
): Schemas["simple-commit-status"] {
  return {
    id: status.id,
    node_id: nodeId("StatusContext", status.id),
    url: `${site.apiUrl}/repos/${fullName(state, repository)}/statuses/${status.sha}`,
    avatar_url: userAnswer(site, accountById(state, status.creator_id)).avatar_url,
    state: status.state,
    context: status.context,
    description: status.description,
    target_url: status.target_url,
    created_at: status.created_at,
    updated_at: status.updated_at,
  };
}
