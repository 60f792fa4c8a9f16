import { AppError } from "../../errors.ts";

export const baseBranchMissing = (branch: string): AppError =>
  new AppError(
    "CLONE_FAILED",
    `The repository has no branch ${branch}. Correct the config repo's pr_base_branch, then press again.`,
    { reason: "base_branch_missing" },
  );
