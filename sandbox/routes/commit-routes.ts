import { checkRunAnswer, checkSuiteAnswer, combinedStatusAnswer, latestRuns } from "../answers/check.ts";
import { commitAnswer, fileAnswer } from "../answers/commit.ts";
import { sees } from "../auth/access.ts";
import { allows } from "../auth/tokens.ts";
import type { GitRepository } from "../git/git-repository.ts";
import type { Commit } from "../git/read-commits.ts";
import { GitHubError, notAccessible } from "../github-error.ts";
import type { Answer, Call } from "../rest/call.ts";
import { paginate } from "../rest/paginate.ts";
import type { Rest } from "../rest/rest.ts";
import type { RepositoryRecord } from "../state/model.ts";
import type { RouteDeps } from "./route-deps.ts";

/** The tree every root commit is compared with. */
const EMPTY_TREE = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";

/**
 * `/commits/{ref}`, and below it `/check-runs`, `/check-suites` and `/status`. A ref may hold slashes, so the router
 * can't tell them apart; the last segment does.
 */
export function commitRoutes(rest: Rest, deps: RouteDeps): void {
  const readers = { "check-runs": "checks", "check-suites": "checks", status: "statuses" } as const;

  rest.repository("GET", "/repos/:owner/:repo/commits/*", [["metadata", "read"]], (call) => {
    const path = call.params["*"] ?? "";
    const [, ref = path, last] = /^(.+)\/(check-runs|check-suites|status)$/.exec(path) ?? [];
    const part = last as keyof typeof readers | undefined;
    const permission = part === undefined ? "contents" : readers[part];
    if (!sees(call, call.repository) || !allows(call.token.permissions, permission, "read"))
      throw notAccessible();
    if (part === "check-runs") return checkRuns(deps, call, ref);
    if (part === "check-suites") return checkSuites(deps, call, ref);
    return part === "status" ? status(deps, call, ref) : commit(deps, call, ref);
  });
}

type RepositoryCall = Call & { repository: RepositoryRecord };

async function commit(
  { site, store, repositories }: RouteDeps,
  call: RepositoryCall,
  ref: string,
): Promise<Answer> {
  const git = repositories.git(call.repository);
  const found = await resolve(git, ref);
  const changes = await git.changedBy(found.parents[0] ?? EMPTY_TREE, found.oid);
  const files = changes.map((file) => fileAnswer(site, store.state, call.repository, found.oid, file));
  const additions = changes.reduce((sum, file) => sum + file.additions, 0);
  const deletions = changes.reduce((sum, file) => sum + file.deletions, 0);
  const stats = { additions, deletions, total: additions + deletions };
  return { status: 200, body: { ...commitAnswer(site, store.state, call.repository, found), stats, files } };
}

async function checkRuns(
  { site, store, repositories }: RouteDeps,
  call: RepositoryCall,
  ref: string,
): Promise<Answer> {
  const { oid } = await resolve(repositories.git(call.repository), ref);
  const { check_name, status: wanted, app_id, filter = "latest" } = call.query;
  const runs = store.state.check_runs.filter(
    (run) =>
      run.repository_id === call.repository.id &&
      run.head_sha === oid &&
      (check_name === undefined || run.name === check_name) &&
      (app_id === undefined || String(run.app.id) === app_id),
  );
  // The latest of a name is found first: an older one that has the status asked for is not the latest.
  const shown = (filter === "all" ? runs : latestRuns(runs)).filter(
    (run) => wanted === undefined || run.status === wanted,
  );
  const page = paginate(site, call, shown.toReversed());
  const body = {
    total_count: shown.length,
    check_runs: page.items.map((run) => checkRunAnswer(site, store.state, call.repository, run)),
  };
  return { status: 200, headers: page.headers, body };
}

async function checkSuites(
  { site, store, repositories }: RouteDeps,
  call: RepositoryCall,
  ref: string,
): Promise<Answer> {
  const head = await resolve(repositories.git(call.repository), ref);
  const { app_id, check_name } = call.query;
  const suites = store.state.check_suites.filter(
    (suite) =>
      suite.repository_id === call.repository.id &&
      suite.head_sha === head.oid &&
      (app_id === undefined || String(suite.app.id) === app_id) &&
      (check_name === undefined ||
        store.state.check_runs.some((run) => run.suite_id === suite.id && run.name === check_name)),
  );
  const page = paginate(site, call, suites);
  const body = {
    total_count: suites.length,
    check_suites: page.items.map((suite) =>
      checkSuiteAnswer(site, store.state, call.repository, suite, head),
    ),
  };
  return { status: 200, headers: page.headers, body };
}

async function status(
  { site, store, repositories }: RouteDeps,
  call: RepositoryCall,
  ref: string,
): Promise<Answer> {
  const { oid } = await resolve(repositories.git(call.repository), ref);
  const statuses = store.state.statuses.filter(
    (one) => one.repository_id === call.repository.id && one.sha === oid,
  );
  const latest = [...new Map(statuses.map((one) => [one.context, one])).values()];
  const page = paginate(site, call, latest);
  const shown = { latest, page: page.items };
  const body = combinedStatusAnswer(site, store.state, call.repository, oid, shown);
  return { status: 200, headers: page.headers, body };
}

async function resolve(git: GitRepository, ref: string): Promise<Commit> {
  const oid = await git.resolveCommit(ref.replace(/^(heads|tags)\//, ""));
  const [found] = oid === null ? [] : await git.commits(null, oid);
  if (!found) throw new GitHubError(422, `No commit found for SHA: ${ref}`);
  return found;
}
