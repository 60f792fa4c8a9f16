import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import type { ApiCall } from "../client/api-call.ts";
import type { SmokeParam } from "./smoke-param.ts";

const POLL_MS = 250;
/** At a first start the installation's repositories are being registered. */
const REGISTERED_TIMEOUT_MS = 60_000;
/** GitHub may ask for a wait on the way. */
const OPENED_TIMEOUT_MS = 180_000;
const CONFIG_REPOS_PER_PAGE = 200;

export interface ConfigRepoAnswer {
  id: string;
  name: string;
  owner: string;
  repo: string;
  pr_base_branch: string;
}

export interface ProposalAnswer {
  status: string;
  pr_number: number | null;
  pr_url: string | null;
  pr_branch: string | null;
  open_pr: { state: string; error: { code: string; message: string } | null };
}

/** Waits for it while it is being registered. */
export const findConfigRepo = async (
  call: ApiCall,
  { configRepo, signal }: { configRepo: string; signal: AbortSignal },
): Promise<ConfigRepoAnswer> => {
  for (
    const deadline_ms = performance.now() + REGISTERED_TIMEOUT_MS;
    ;
    await delay(POLL_MS, undefined, { signal })
  ) {
    const names: string[] = [];
    for (let cursor = ""; ; ) {
      const query = `limit=${CONFIG_REPOS_PER_PAGE}${cursor && `&cursor=${encodeURIComponent(cursor)}`}`;
      const page = await call<{ data: ConfigRepoAnswer[]; next_cursor: string | null }>(
        "GET",
        `/config-repos?${query}`,
      );
      const found = page.data.find(({ name }) => name === configRepo);
      if (found !== undefined) return found;
      names.push(...page.data.map(({ name }) => name));
      if (page.next_cursor === null) break;
      cursor = page.next_cursor;
    }
    if (performance.now() > deadline_ms) {
      throw new Error(
        `No config repo is named ${configRepo}. ${names.length === 0 ? "None is registered: install the app on the repository." : `Registered: ${names.slice(0, 20).join(", ")}.`}`,
      );
    }
  }
};

/** Everything is named after this run, so that it disturbs no other; rows stay, like those of any rejected proposal. */
export const submitProposal = async (
  call: ApiCall,
  configRepoId: string,
  param: SmokeParam,
): Promise<string> => {
  const run = randomUUID();
  const at = new Date();
  const cluster = await call<{ id: string }>("POST", "/clusters", {
    name: `smoke ${run}`,
    engine_type: "elasticsearch",
    environment: "dev",
    config_repo_id: configRepoId,
    ...(param.configPath !== null && { config_path: param.configPath }),
  });
  const template = await call<{ id: string }>("POST", "/query-templates", {
    name: param.templateName,
    // Of no release: the second of this run.
    version: Math.floor(at.getTime() / 1_000),
    engine_type: "elasticsearch",
    declared_params: { [param.param]: "float" },
  });
  await call("PUT", `/studies/${run}`, {
    name: `Smoke test ${at.toISOString()}`,
    cluster_id: cluster.id,
    template_id: template.id,
    status: "completed",
    objective: { metric: "ndcg@10", direction: "maximize" },
    baseline_metric: 0.5,
    best_metric: 0.6,
    trial_count: 0,
    started_at: at.toISOString(),
    completed_at: at.toISOString(),
    trials: [],
    digest: {
      narrative: "A smoke test of the release. It rejects itself.",
      parameter_importance: { [param.param]: 1 },
      recommended_config: { [param.param]: param.to },
      suggested_followups: [],
      generated_by: "smoke",
    },
  });
  const proposal = await call<{ id: string }>("POST", "/proposals", {
    study_id: run,
    cluster_id: cluster.id,
    template_id: template.id,
    config_diff: { [param.param]: { from: param.from, to: param.to } },
    metric_delta: { "ndcg@10": { baseline: 0.5, achieved: 0.6, delta_pct: 20 } },
  });
  return proposal.id;
};

/** Presses, and waits until the pull request is open. */
export const openPull = async (
  call: ApiCall,
  id: string,
  signal: AbortSignal,
): Promise<{ number: number; branch: string; pr_url: string }> => {
  await call("POST", `/proposals/${id}/open_pr`);
  for (
    const deadline_ms = performance.now() + OPENED_TIMEOUT_MS;
    ;
    await delay(POLL_MS, undefined, { signal })
  ) {
    const { status, pr_number, pr_branch, pr_url, open_pr } = await call<ProposalAnswer>(
      "GET",
      `/proposals/${id}`,
    );
    if (pr_number !== null && pr_branch !== null && pr_url !== null) {
      return { number: pr_number, branch: pr_branch, pr_url };
    }
    const error = open_pr.error && `${open_pr.error.code}: ${open_pr.error.message}`;
    if (open_pr.state === "failed") throw new Error(error ?? "it failed without a code");
    if (performance.now() > deadline_ms)
      throw new Error(`it is ${status}, ${open_pr.state}, after ${OPENED_TIMEOUT_MS} ms`);
  }
};
