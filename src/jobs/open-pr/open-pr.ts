import type { Logger } from "pino";
import { loadFacts } from "../../db/facts-store.ts";
import { listHeads } from "../../db/heads-store.ts";
import { claimRun, runOf } from "../../db/open-pr-store.ts";
import type { ProposalRow } from "../../db/proposals-store.ts";
import { findRepoTarget } from "../../db/targets-store.ts";
import type { Oid } from "../../git/transport.ts";
import type { OpenPullOutcome } from "../../github/open-pull.ts";
import { branchName } from "../../proposals/branch-name.ts";
import { checkDiff, paramsPathOf, planChange } from "../../proposals/plan-change.ts";
import type { OpenPrJob } from "../../queue/job-data.ts";
import type { JobRun } from "../../queue/work-queues.ts";
import { requireWritable } from "../../registry/require-writable.ts";
import { judgeWait } from "../trouble-verdict.ts";
import { baseOf } from "./base-branch.ts";
import { createBeside } from "./beside.ts";
import { buildAndPush } from "./build-and-push.ts";
import { commentOnPull } from "./comment-on-pull.ts";
import { createStep, type Progress } from "./create-step.ts";
import { endQuietly } from "./end-quietly.ts";
import { createFence, type Fence } from "./fence.ts";
import { lookAtRemote } from "./look-at-remote.ts";
import type { OpenPrDeps } from "./open-pr-deps.ts";
import { chartPathsOf } from "./plan-commits.ts";
import { pullFrom } from "./pull-from.ts";
import { recordPull } from "./record-pull.ts";
import { renderChart } from "./render-chart.ts";
import { requeue, settleTrouble } from "./settle-trouble.ts";
import { createTimeline } from "./timeline.ts";

/**
 * The open_pr job: one attempt of one proposal, exactly once however often it is run. Each write is preceded by the
 * fence, and what an earlier run left is found by the SHA that run stored (docs/design.md, "Exactly once").
 */
export const createOpenPr =
  (deps: OpenPrDeps) =>
  async (job: OpenPrJob, run: JobRun): Promise<void> => {
    const { proposal_id, attempt, request_id } = job;
    const claim = { proposalId: proposal_id, attempt, jobId: run.id, retryCount: run.retryCount };
    const log = deps.log.child({ request_id, proposal_id, attempt });
    const proposal = await claimRun(deps.db, claim);
    if (proposal === undefined) {
      await endQuietly(deps, job, run, log);
      deps.metrics.outcomes.inc({ outcome: "no_longer_pending" });
      return;
    }
    const fence = createFence(deps.db, proposal.id, runOf(claim), attempt);
    const progress: Progress = { step: null, started_ms: deps.clock.now() };
    let outcome: string;
    try {
      outcome = await openPr(deps, { job, run, fence, proposal, progress, log });
    } catch (error) {
      outcome = await settleTrouble(deps, error, { job, run, fence, progress, log });
    }
    deps.metrics.outcomes.inc({ outcome });
  };

interface Context {
  job: OpenPrJob;
  run: JobRun;
  fence: Fence;
  proposal: ProposalRow;
  progress: Progress;
  log: Logger;
}

const openPr = async (deps: OpenPrDeps, context: Context): Promise<string> => {
  const { job, run, fence, proposal, log } = context;
  const [facts, heads] = await Promise.all([loadFacts(deps.db, proposal), listHeads(deps.db, proposal.id)]);
  // An attempt that may have pushed goes on where it did, although the cluster has moved since.
  const begun = heads.find((head) => head.attempt === job.attempt);
  const target = begun === undefined ? facts : await findRepoTarget(deps.db, begun.config_repo_id);
  const { configRepo, installation } = requireWritable(target, true);
  if (configRepo.id !== job.config_repo_id) {
    await requeue(deps, fence, job, configRepo.id);
    return "requeued";
  }
  const path = paramsPathOf(facts.cluster, facts.template);
  const outOfRange = checkDiff(proposal.config_diff, facts.template);

  const timeline = createTimeline();
  const step = createStep(deps, { ...context, timeline });
  const beside = createBeside(run.signal);
  const access = deps.openConfigRepo({
    configRepo,
    installation,
    purpose: "write",
    signal: beside.signal,
    beforeWrite: async () => {
      await timeline.told();
      await fence.check();
    },
  });
  try {
    timeline.tell(() =>
      fence.started({ run: run.retryCount + job.sequel + 1, config_repo_id: configRepo.id }),
    );
    // Who the bot is, a process asks once; its first run does while it waits for other answers anyway.
    const login = beside.start(() => access.botLogin());
    await step("mint_token", () => access.ready());
    const identity = beside.start(() => login.then(() => access.commitIdentity()));
    const drawing = beside.start(() => step("render_chart", () => renderChart(deps, facts.digest, log)));
    const branch = branchName(proposal);
    const tips = await step("read_tips", () => access.git.tips(configRepo.pr_base_branch, branch));
    const here = heads.filter((head) => head.config_repo_id === configRepo.id);
    const look = { proposal, attempt: job.attempt, configRepo, branch, tips, heads: here };
    const standing = await lookAtRemote(deps.db, access, look);

    let headSha: Oid;
    let opened: OpenPullOutcome;
    if (standing.kind === "opened") {
      // An earlier run did everything but the end; what stands on GitHub is taken as it is.
      opened = { kind: "adopted", pull: standing.pull };
      headSha = standing.pull.head_sha;
    } else {
      const base = baseOf({ ...look, branch: configRepo.pr_base_branch });
      const file = await step("read_params", () => access.git.readFile(base.sha, path, chartPathsOf(facts)));
      const change = planChange(path, file, proposal.config_diff, outOfRange);
      const { baseUrl, redact } = deps;
      const texts = { facts, change, actor: job.actor, baseUrl, redact };
      headSha =
        standing.kind === "pushed"
          ? standing.head.head_sha
          : await buildAndPush(deps, { job, fence, access, step, texts, drawing, identity, base, branch });
      const head = { branch, sha: headSha, baseBranch: base.branch };
      opened = await step("open_pull", () =>
        pullFrom(deps, access, { texts, configRepo, head, signal: run.signal }),
      );
    }

    if (facts.study !== null && opened.pull.state === "open") {
      const comment = { facts, chart: await drawing, configRepo, headSha, opened, log };
      const mayWait = (wait: { until: Date }) => judgeWait(wait, job, deps.clock.now()).kind === "wait";
      await step("comment", () => commentOnPull(deps, access, { ...comment, mayWait }));
    }
    const adopted = opened.kind === "adopted";
    await timeline.told();
    await recordPull(deps, { fence, job, pull: opened.pull, adopted, log });
    return adopted ? "adopted" : "opened";
  } catch (error) {
    // What comes of this run stands on the timeline after its steps. If it lost the fence meanwhile, nothing comes of it.
    await timeline.told().catch((lost: unknown) => {
      log.warn({ err: error }, "what a run met is not kept: it is no longer the proposal's");
      throw lost;
    });
    throw error;
  } finally {
    await beside.end();
    await access.close();
  }
};
