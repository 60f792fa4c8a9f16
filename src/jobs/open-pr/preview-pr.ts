import type { Logger } from "pino";
import { checkOpenable } from "../../actions/press-open-pr.ts";
import type { Db } from "../../db/connect.ts";
import { loadFacts } from "../../db/facts-store.ts";
import { listHeads } from "../../db/heads-store.ts";
import { AppError } from "../../errors.ts";
import { GitError } from "../../git/transport.ts";
import type { Actor } from "../../proposals/actor.ts";
import { branchName } from "../../proposals/branch-name.ts";
import type { OutOfRange } from "../../proposals/config-diff.ts";
import type { ParamChange, ParamDrift } from "../../proposals/params-file.ts";
import { checkDiff, paramsPathOf, planChange } from "../../proposals/plan-change.ts";
import { prBody } from "../../proposals/pr-text/pr-body.ts";
import { prTitle } from "../../proposals/pr-text/pr-title.ts";
import { unifiedDiff } from "../../proposals/unified-diff.ts";
import { describeGit } from "../describe-git.ts";
import { baseBranchMissing } from "./base-branch.ts";
import { branchExists, isLeftBehind } from "./look-at-remote.ts";
import type { OpenPrDeps } from "./open-pr-deps.ts";
import { prFactsOf } from "./pull-texts.ts";
import { renderChart } from "./render-chart.ts";

export interface PreviewDeps
  extends Pick<OpenPrDeps, "openConfigRepo" | "renderImportanceChart" | "baseUrl" | "redact"> {
  db: Db;
  log: Logger;
  credentials: boolean;
}

/** What open_pr would do now. */
export interface PrPreview {
  proposal_id: string;
  branch: string;
  base_branch: string;
  base_sha: string;
  path: string;
  diff: string;
  title: string;
  body: string;
  changes: Pick<ParamChange, "param" | "from" | "to">[];
  drift: Pick<ParamDrift, "param" | "expected" | "actual">[];
  out_of_range: OutOfRange[];
  chart: { media_type: "image/png"; base64: string } | null;
}

/**
 * Makes everything a press would make, with a token that can only read, and writes nothing.
 * @throws AppError what the press and the job would answer
 */
export const createPreviewPr =
  (deps: PreviewDeps) =>
  async (input: { proposalId: string; actor: Actor; signal: AbortSignal }): Promise<PrPreview> => {
    const { proposal, target } = await checkOpenable(deps.db, input.proposalId, deps.credentials);
    const facts = await loadFacts(deps.db, proposal);
    const { configRepo } = target;
    const path = paramsPathOf(facts.cluster, facts.template);
    const outOfRange = checkDiff(proposal.config_diff, facts.template);
    const access = deps.openConfigRepo({
      configRepo,
      installation: target.installation,
      purpose: "read",
      signal: input.signal,
      beforeWrite: () => Promise.reject(new Error("a preview writes nothing")),
    });
    try {
      const branch = branchName(proposal);
      const tips = await access.git.tips(configRepo.pr_base_branch, branch);
      const heads = await listHeads(deps.db, proposal.id, configRepo.id);
      const look = { proposal, configRepo, branch, tips, heads };
      if (tips.branch !== null && !(await isLeftBehind(deps.db, look))) throw branchExists(branch);
      if (tips.base === null) throw baseBranchMissing(configRepo.pr_base_branch);
      const file = await access.git.readFile(tips.base, path);
      const change = planChange(path, file, proposal.config_diff, outOfRange);
      const prFacts = prFactsOf({ ...deps, facts, change, actor: input.actor });
      const chart = await renderChart(deps, facts.digest, deps.log);
      return {
        proposal_id: proposal.id,
        branch,
        base_branch: configRepo.pr_base_branch,
        base_sha: tips.base,
        path,
        diff: unifiedDiff(path, change.before, change.after),
        title: deps.redact(prTitle(prFacts)),
        body: deps.redact(prBody(prFacts)),
        changes: change.changes,
        drift: change.drift,
        out_of_range: outOfRange,
        chart: chart && { media_type: "image/png", base64: Buffer.from(chart).toString("base64") },
      };
    } catch (error) {
      if (error instanceof GitError) {
        throw new AppError("CLONE_FAILED", describeGit(error), { reason: error.kind, cause: error });
      }
      throw error;
    } finally {
      await access.close();
    }
  };
