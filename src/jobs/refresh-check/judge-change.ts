import type { ProposalFacts } from "../../db/facts-store.ts";
import { AppError } from "../../errors.ts";
import type { FileAtPath } from "../../git/transport.ts";
import { checkDiff, type PlannedChange, paramsPathOf, planChange } from "../../proposals/plan-change.ts";
import type { ChangeVerdict } from "../../proposals/pr-text/change-verdict.ts";

/**
 * Plans a proposal's change again, on the base branch as it is now.
 * @param readFile on the base branch; what it throws is no verdict, and passes
 */
export const judgeChange = async (
  facts: Pick<ProposalFacts, "proposal" | "cluster" | "template" | "configRepo">,
  readFile: (path: string) => Promise<FileAtPath>,
): Promise<ChangeVerdict> => {
  if (facts.configRepo?.id !== facts.proposal.pr_config_repo_id) return { kind: "moved" };
  try {
    const { changes, drift, outOfRange } = await plan(facts, readFile);
    return { kind: "applies", changes, drift, outOfRange };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    switch (error.code) {
      case "NO_CHANGES":
        return { kind: "on_base" };
      case "PARAM_NOT_IN_TEMPLATE":
      case "PARAM_VALUE_INVALID":
      case "PARAMS_FILE_NOT_FOUND":
      case "INVALID_CONFIG_PATH":
        return { kind: "refused", code: error.code, message: error.message };
      default:
        throw error;
    }
  }
};

const plan = async (
  { proposal, cluster, template }: Pick<ProposalFacts, "proposal" | "cluster" | "template">,
  readFile: (path: string) => Promise<FileAtPath>,
): Promise<PlannedChange> => {
  const path = paramsPathOf(cluster, template);
  const outOfRange = checkDiff(proposal.config_diff, template);
  return planChange(path, await readFile(path), proposal.config_diff, outOfRange);
};
