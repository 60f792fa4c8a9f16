import { nodeId } from "../../site.ts";
import { fullName } from "../../state/lookup.ts";
import type { CheckRunRecord, CheckSuiteRecord, RepositoryRecord } from "../../state/model.ts";
import type { PayloadContext } from "./parts.ts";

/** The worst first: what a suite of several runs is said to have come to. */
const CONCLUSIONS = [
  "action_required",
  "timed_out",
  "cancelled",
  "failure",
  "success",
  "neutral",
  "skipped",
] as const;

/** How far a suite is, and what it came to. The published schemas don't know a suite that was skipped as a whole. */
export function suiteOutcome(runs: readonly CheckRunRecord[]): { status: string; conclusion: string | null } {
  if (runs.some(({ status }) => status !== "completed")) {
    const begun = runs.some(({ status }) => status !== "queued");
    return { status: begun ? "in_progress" : "queued", conclusion: null };
  }
  const worst = CONCLUSIONS.find((conclusion) => runs.some((run) => run.conclusion === conclusion));
  const known = worst !== undefined && worst !== "skipped";
  return { status: "completed", conclusion: known ? worst : "neutral" };
}

export function suiteRuns({ state }: PayloadContext, suite: CheckSuiteRecord): CheckRunRecord[] {
  return state.check_runs.filter((run) => run.suite_id === suite.id);
}

/** What a check suite is wherever it shows. `app` and `pull_requests` are those of its runs. */
export function suitePart(
  { site, state }: PayloadContext,
  repository: RepositoryRecord,
  suite: CheckSuiteRecord,
  shared: { app: object | null; pull_requests: readonly object[] },
) {
  return {
    id: suite.id,
    node_id: nodeId("CheckSuite", suite.id),
    head_branch: suite.head_branch,
    head_sha: suite.head_sha,
    url: `${site.apiUrl}/repos/${fullName(state, repository)}/check-suites/${suite.id}`,
    // Where the branch stood before nobody has noted; GitHub has null for a branch's first push.
    before: null,
    after: suite.head_sha,
    ...shared,
    created_at: suite.created_at,
    updated_at: suite.updated_at,
  };
}
