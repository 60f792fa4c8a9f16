import { GitHubError } from "../github-error.ts";
import type { PullDeps } from "../pulls/pulls.ts";
import { isoSeconds } from "../site.ts";
import type {
  AccountRecord,
  CheckAppRecord,
  CheckRunRecord,
  CheckSuiteRecord,
  RepositoryRecord,
  State,
} from "../state/model.ts";
import { takeId } from "../state/store.ts";

export const CONCLUSIONS = [
  "action_required",
  "cancelled",
  "failure",
  "neutral",
  "success",
  "skipped",
  "timed_out",
] as const;

/** What a check run's app can say about it. */
export interface CheckRunChange {
  name?: string | undefined;
  external_id?: string | undefined;
  details_url?: string | undefined;
  status?: "queued" | "in_progress" | "completed" | undefined;
  conclusion?: (typeof CONCLUSIONS)[number] | undefined;
  started_at?: string | undefined;
  completed_at?: string | undefined;
  output?:
    | {
        title: string;
        summary: string;
        text?: string | undefined;
        annotations?: readonly object[] | undefined;
      }
    | undefined;
}

interface NewCheckRun extends CheckRunChange {
  name: string;
  head_sha: string;
}

/** Who speaks: the app whose run it is, and the account its events come from. */
export interface Reporter {
  app: CheckAppRecord;
  sender: AccountRecord;
}

/** @throws GitHubError 422 for a commit that isn't there, or for completion without a conclusion. */
export async function createCheckRun(
  { store, clock, repositories, emit }: PullDeps,
  repository: RepositoryRecord,
  { app, sender }: Reporter,
  { name, head_sha, ...change }: NewCheckRun,
): Promise<CheckRunRecord> {
  const git = repositories.git(repository);
  const type = /^[0-9a-f]{40}$/.test(head_sha) ? await git.objectType(head_sha) : null;
  if (type !== "commit") throw new GitHubError(422, `No commit found for SHA: ${head_sha}`);
  const now = isoSeconds(clock.now());
  const values = changed({ ...BLANK, name, started_at: now }, change, now);
  const run = store.update((state) => {
    const suite = suiteOf(state, repository, { app, head_sha, now });
    const record = {
      ...values,
      id: takeId(state),
      repository_id: repository.id,
      suite_id: suite.id,
      app,
      head_sha,
    };
    state.check_runs.push(record);
    suite.updated_at = now;
    return record;
  });
  emit({ event: "check_run", action: "created", sender, repository, checkRun: run });
  if (run.status === "completed")
    emit({ event: "check_run", action: "completed", sender, repository, checkRun: run });
  return run;
}

/** @throws GitHubError 422 for completion without a conclusion. */
export function changeCheckRun(
  { store, clock, emit }: PullDeps,
  repository: RepositoryRecord,
  run: CheckRunRecord,
  change: CheckRunChange,
  sender: AccountRecord,
): CheckRunRecord {
  const now = isoSeconds(clock.now());
  const before = { status: run.status, conclusion: run.conclusion };
  const values = changed(run, change, now);
  store.update((state) => {
    Object.assign(run, values);
    const suite = state.check_suites.find((one) => one.id === run.suite_id);
    if (suite) suite.updated_at = now;
  });
  const news = run.status !== before.status || run.conclusion !== before.conclusion;
  if (run.status === "completed" && news)
    emit({ event: "check_run", action: "completed", sender, repository, checkRun: run });
  return run;
}

type CheckRunValues = Omit<CheckRunRecord, "id" | "repository_id" | "suite_id" | "app" | "head_sha">;

const BLANK: Omit<CheckRunValues, "name" | "started_at"> = {
  external_id: null,
  details_url: null,
  status: "queued",
  conclusion: null,
  completed_at: null,
  output: { title: null, summary: null, text: null, annotations_count: 0 },
};

/** What was sent on top of what was. A conclusion completes the run; a completed run has to have one. */
function changed(run: CheckRunValues, change: CheckRunChange, now: string): CheckRunValues {
  const status = change.conclusion === undefined ? (change.status ?? run.status) : "completed";
  if (status === "completed" && change.conclusion === undefined && run.conclusion === null) {
    throw new GitHubError(422, 'Invalid request.\n\n"conclusion" wasn\'t supplied.');
  }
  const done = status === "completed";
  return {
    name: change.name ?? run.name,
    external_id: change.external_id ?? run.external_id,
    details_url: change.details_url ?? run.details_url,
    started_at: change.started_at ?? run.started_at,
    status,
    conclusion: done ? (change.conclusion ?? run.conclusion) : null,
    completed_at: done ? (change.completed_at ?? run.completed_at ?? now) : null,
    output: change.output ? newOutput(run, change.output) : run.output,
  };
}

function newOutput(
  { output }: CheckRunValues,
  { title, summary, text, annotations = [] }: NonNullable<CheckRunChange["output"]>,
): CheckRunRecord["output"] {
  const annotations_count = output.annotations_count + annotations.length;
  return { title, summary, text: text ?? null, annotations_count };
}

/** Every app has one suite for a commit, made with its first run there. */
function suiteOf(
  state: State,
  repository: RepositoryRecord,
  { app, head_sha, now }: { app: CheckAppRecord; head_sha: string; now: string },
): CheckSuiteRecord {
  const known = state.check_suites.find(
    (one) => one.repository_id === repository.id && one.head_sha === head_sha && one.app.id === app.id,
  );
  if (known) return known;
  const suite: CheckSuiteRecord = {
    id: takeId(state),
    repository_id: repository.id,
    head_sha,
    head_branch: branchOf(state, repository, head_sha),
    app,
    created_at: now,
    updated_at: now,
  };
  state.check_suites.push(suite);
  return suite;
}

/** The branch of the pull request whose head it is. */
const branchOf = (state: State, repository: RepositoryRecord, sha: string): string | null =>
  state.pulls.find((pull) => pull.head_repository_id === repository.id && pull.head_sha === sha)?.head_ref ??
  null;
