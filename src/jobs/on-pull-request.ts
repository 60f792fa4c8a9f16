import type { Db } from "../db/connect.ts";
import type { OpenedPull } from "../db/opened-store.ts";
import { findRepoTarget } from "../db/targets-store.ts";
import type { JobRun } from "../queue/work-queues.ts";
import { requireWritable, type WritableRepo } from "../registry/require-writable.ts";
import type { ConfigRepoAccess, OpenConfigRepo } from "./config-repo-access.ts";
import type { EventOutcome } from "./event-job.ts";
import { FenceLost } from "./open-pr/fence.ts";

export interface OnPullRequest {
  pull: OpenedPull;
  run: JobRun;
  /** Asked before each write: whether the pull request is still what the job takes it for. */
  isStill: (db: Db, pull: OpenedPull) => Promise<boolean>;
}

/**
 * Gives a job access to the repository of a recorded pull request, on which it may write while the run is its own and
 * `isStill` holds. Once that does not hold any more there is nothing to do there, and the job is done.
 * @throws AppError GITHUB_NOT_CONFIGURED, RunLost, and what `work` throws
 */
export const onPullRequest = async (
  deps: { db: Db; openConfigRepo: OpenConfigRepo },
  { pull, run, isStill }: OnPullRequest,
  work: (access: ConfigRepoAccess, installation: WritableRepo["installation"]) => Promise<EventOutcome>,
): Promise<EventOutcome> => {
  const target = await findRepoTarget(deps.db, pull.configRepoId);
  const { configRepo, installation } = requireWritable(target, true);
  const access = deps.openConfigRepo({
    configRepo,
    installation,
    purpose: "feedback",
    signal: run.signal,
    beforeWrite: async () => {
      await run.requireMine();
      if (!(await isStill(deps.db, pull))) throw new FenceLost(`${run.id}:${run.retryCount}`);
    },
  });
  try {
    return await work(access, installation);
  } catch (error) {
    if (error instanceof FenceLost) return "done";
    throw error;
  } finally {
    await access.close();
  }
};
