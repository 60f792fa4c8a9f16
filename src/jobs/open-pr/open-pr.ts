import type { Logger } from "pino";
import { appendEvent } from "../../db/events-store.ts";
import { loadFacts } from "../../db/facts-store.ts";
import { claimRun, runOf } from "../../db/open-pr-store.ts";
import { findProposal, type ProposalRow } from "../../db/proposals-store.ts";
import type { Oid } from "../../git/transport.ts";
import type { OpenPullOutcome } from "../../github/open-pull.ts";
import { branchName } from "../../proposals/branch-name.ts";
import { checkDiff, paramsPathOf, planChange } from "../../proposals/plan-change.ts";
import type { OpenPrJob } from "../../queue/job-data.ts";
import type { JobRun } from "../../queue/job-queue.ts";
import { requireWritable } from "../../registry/require-writable.ts";
import type { ConfigRepoAccess } from "../config-repo-access.ts";
import { baseBranchMissing } from "./base-branch.ts";
import { commentOnPull } from "./comment-on-pull.ts";
import { createFence, type Fence, type StepName } from "./fence.ts";
import { lookAtRemote } from "./look-at-remote.ts";
import type { OpenPrDeps } from "./open-pr-deps.ts";
import { planCommits } from "./plan-commits.ts";
import { pullFrom } from "./pull-from.ts";
import type { PullTexts } from "./pull-texts.ts";
import { pushBranch, rememberCommits } from "./push-branch.ts";
import { recordPull } from "./record-pull.ts";
import { renderChart } from "./render-chart.ts";
import { requeue, settleTrouble } from "./settle-trouble.ts";

/**
 * The open_pr job: one attempt of one proposal, exactly once however often it is run. Each write is preceded by the
 * fence, and what an earlier run left is found by the SHA that run stored (docs/design.md, "Exactly once").
 */
export const createOpenPr =
  (deps: OpenPrDeps) =>
  async (job: OpenPrJob, run: JobRun): Promise<void> => {
    const claim = {
      proposalId: job.proposal_id,
      attempt: job.attempt,
      jobId: run.id,
      retryCount: run.retryCount,
    };
    const log = deps.log.child({
      request_id: job.request_id,
      proposal_id: job.proposal_id,
      attempt: job.attempt,
    });
    const proposal = await claimRun(deps.db, claim);
    if (proposal === undefined) return endQuietly(deps, job, log);
    const fence = createFence(deps.db, proposal.id, runOf(claim), job.attempt);
    try {
      const outcome = await openPr(deps, { job, run, fence, proposal, log });
      deps.metrics.outcomes.inc({ outcome });
    } catch (error) {
      deps.metrics.outcomes.inc({ outcome: await settleTrouble(deps, error, { job, run, fence, log }) });
    }
  };

interface Context {
  job: OpenPrJob;
  run: JobRun;
  fence: Fence;
  proposal: ProposalRow;
  log: Logger;
}

const openPr = async (deps: OpenPrDeps, context: Context): Promise<string> => {
  const { job, run, fence, proposal, log } = context;
  const step = createStep(deps, fence, log);

  const facts = await loadFacts(deps.db, proposal);
  const { configRepo, installation } = requireWritable(facts, true);
  if (configRepo.id !== job.config_repo_id) {
    await requeue(deps, fence, job, configRepo.id);
    return "requeued";
  }
  const path = paramsPathOf(facts.cluster, facts.template);
  const outOfRange = checkDiff(proposal.config_diff, facts.template);
  await announce(deps, context);

  const access = deps.openConfigRepo({
    configRepo,
    installation,
    purpose: "write",
    signal: run.signal,
    beforeWrite: fence.check,
  });
  try {
    await step("mint_token", () => access.ready());
    const branch = branchName(proposal);
    const tips = await step("read_tips", () => access.git.tips(configRepo.pr_base_branch, branch));
    const look = { proposal, attempt: job.attempt, configRepo, branch, tips };
    const standing = await lookAtRemote(deps.db, access, look);
    const chart = await step("render_chart", async () => renderChart(deps, facts.digest, log));

    let headSha: Oid;
    let opened: OpenPullOutcome;
    if (standing.kind === "opened") {
      // An earlier run did everything but the end; what stands on GitHub is taken as it is.
      headSha = standing.pull.head_sha;
      opened = { kind: "adopted", pull: standing.pull };
    } else {
      const base = baseOf(context, configRepo.pr_base_branch, tips.base);
      const file = await step("read_params", () => access.git.readFile(base, path));
      const change = planChange(path, file, proposal.config_diff, outOfRange);
      const texts = { facts, change, actor: job.actor, baseUrl: deps.baseUrl };
      headSha =
        standing.kind === "pushed"
          ? standing.headSha
          : await buildAndPush(deps, context, { access, step, texts, chart, base, branch });
      const head = { branch, sha: headSha };
      opened = await step("open_pull", () =>
        pullFrom(deps, access, { texts, configRepo, head, signal: run.signal }),
      );
    }

    if (facts.study !== null && opened.pull.state === "open") {
      const comment = { facts, chart, configRepo, headSha, opened, log };
      await step("comment", () => commentOnPull(deps, access, comment));
    }
    const adopted = opened.kind === "adopted";
    await recordPull(deps, { fence, job, pull: opened.pull, adopted, log });
    return adopted ? "adopted" : "opened";
  } finally {
    await access.close();
  }
};

interface Push {
  access: ConfigRepoAccess;
  step: Step;
  texts: PullTexts;
  chart: Uint8Array | null;
  base: Oid;
  branch: string;
}

/** @returns the head, which is stored before it is pushed: it proves later that the branch is ours. */
const buildAndPush = async (deps: OpenPrDeps, { job, fence }: Context, push: Push): Promise<Oid> => {
  const { access, step, texts, chart, base, branch } = push;
  const built = await step("build_commits", async () => {
    const identity = await access.commitIdentity();
    const fixed = { identity, requestedAt: job.requested_at, redact: deps.redact };
    return access.git.build(base, planCommits(texts, chart, fixed));
  });
  await rememberCommits(deps.db, fence, { branch, attempt: job.attempt, built });
  await step("push_branch", () => pushBranch(access.git, branch, built));
  return built.head;
};

/** A re-run builds on the base its attempt stored, so that it makes the same commits. */
const baseOf = ({ job, proposal }: Context, baseBranch: string, tip: string | null): string => {
  if (proposal.pr_base_sha !== null && proposal.pr_head_attempt === job.attempt) return proposal.pr_base_sha;
  if (tip !== null) return tip;
  throw baseBranchMissing(baseBranch);
};

const announce = (deps: OpenPrDeps, { job, run, proposal }: Context): Promise<void> =>
  appendEvent(deps.db, {
    proposalId: proposal.id,
    kind: "open_pr_started",
    data: { attempt: job.attempt, run: run.retryCount + job.sequel + 1, config_repo_id: job.config_repo_id },
  });

type Step = <T>(name: StepName, work: () => Promise<T>) => Promise<T>;

/** Puts each step on the timeline, into the metrics and into the log. */
const createStep =
  (deps: OpenPrDeps, fence: Fence, log: Logger): Step =>
  async (name, work) => {
    await fence.step(name);
    const started_ms = deps.clock.now();
    const result = await work();
    const duration_ms = deps.clock.now() - started_ms;
    deps.metrics.step.observe({ step: name }, duration_ms / 1_000);
    log.debug({ step: name, duration_ms }, "step done");
    return result;
  };

const endQuietly = async (deps: OpenPrDeps, job: OpenPrJob, log: Logger): Promise<void> => {
  const present = await findProposal(deps.db, job.proposal_id);
  log.info(
    { event: "pr_open_proposal_no_longer_pending", status: present?.status },
    "nothing to open any more",
  );
  deps.metrics.outcomes.inc({ outcome: "no_longer_pending" });
};
