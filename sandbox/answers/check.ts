import type { Commit } from "../git/read-commits.ts";
import { nodeId, type Site } from "../site.ts";
import { accountById, fullName } from "../state/lookup.ts";
import type {
  CheckAppRecord,
  CheckRunRecord,
  CheckSuiteRecord,
  RepositoryRecord,
  State,
  StatusRecord,
} from "../state/model.ts";
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
    check_suite: { id: run.suite_id },
    app: checkAppAnswer(site, state, run.app),
    pull_requests: pullsWithHead(site, state, repository, run.head_sha),
  };
}

/** Of another app nobody here knows more than its name. */
export function checkAppAnswer(
  site: Site,
  state: State,
  app: CheckAppRecord,
): NonNullable<Schemas["integration"]> {
  const ours: NonNullable<Schemas["integration"]> = appAnswer(site, state);
  if (app.id === state.app.id) return ours;
  const page = `${site.url}/apps/${app.slug}`;
  const own = { id: app.id, slug: app.slug, node_id: nodeId("Integration", app.id), name: app.name };
  return { ...ours, ...own, external_url: page, html_url: page, permissions: {}, events: [] };
}

/** A suite sums up the latest run of each name. */
export function checkSuiteAnswer(
  site: Site,
  state: State,
  repository: RepositoryRecord,
  suite: CheckSuiteRecord,
  head: Commit,
): Schemas["check-suite"] {
  const url = `${site.apiUrl}/repos/${fullName(state, repository)}/check-suites/${suite.id}`;
  const runs = latestRuns(state.check_runs.filter((run) => run.suite_id === suite.id));
  const { tree, author, committer, message } = head;
  return {
    id: suite.id,
    node_id: nodeId("CheckSuite", suite.id),
    head_branch: suite.head_branch,
    head_sha: suite.head_sha,
    ...suiteState(runs),
    url,
    before: head.parents[0] ?? null,
    after: suite.head_sha,
    pull_requests: pullsWithHead(site, state, repository, suite.head_sha),
    app: checkAppAnswer(site, state, suite.app),
    repository: repositoryAnswer(site, state, repository),
    created_at: suite.created_at,
    updated_at: suite.updated_at,
    head_commit: {
      id: head.oid,
      tree_id: tree,
      message,
      timestamp: committer.date,
      author: { name: author.name, email: author.email },
      committer: { name: committer.name, email: committer.email },
    },
    latest_check_runs_count: runs.length,
    check_runs_url: `${url}/check-runs`,
  };
}

/** The last one of each app and name, in the order they came. */
export function latestRuns(runs: readonly CheckRunRecord[]): CheckRunRecord[] {
  return [...new Map(runs.map((run) => [`${run.app.id} ${run.name}`, run])).values()];
}

const BAD = ["failure", "timed_out", "cancelled", "action_required"] as const;

function suiteState(runs: readonly CheckRunRecord[]): Pick<Schemas["check-suite"], "status" | "conclusion"> {
  const running = runs.find((run) => run.status !== "completed");
  if (running) return { status: running.status, conclusion: null };
  const worst = BAD.find((bad) => runs.some((run) => run.conclusion === bad));
  const good = runs.some((run) => run.conclusion === "success") ? "success" : "neutral";
  return { status: "completed", conclusion: worst ?? good };
}

export function pullsWithHead(
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

/**
 * @param latest the last of each context of one commit
 * @param page those of them that this page shows
 */
export function combinedStatusAnswer(
  site: Site,
  state: State,
  repository: RepositoryRecord,
  sha: string,
  { latest, page }: { latest: readonly StatusRecord[]; page: readonly StatusRecord[] },
): Schemas["combined-commit-status"] {
  const url = `${site.apiUrl}/repos/${fullName(state, repository)}/commits/${sha}`;
  return {
    state: combined(latest),
    statuses: page.map((status) => statusAnswer(site, state, repository, status)),
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
