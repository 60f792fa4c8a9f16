import type { MirroredPull } from "../../proposals/pull-changes.ts";
import { type RefreshCheckJob, refreshCheckJob } from "../../queue/event-jobs.ts";
import type { StoreInput } from "./store-read.ts";

/**
 * The check of an open pull request is made again where it speaks of another base branch by now, in the body too; and by
 * the clock where the head has none, because whoever should have made it gave up, or nobody told of a push. Its cause
 * stays the same until that has changed, so it is asked for once.
 */
export const checkWanted = (
  { before, after }: { before: MirroredPull; after: MirroredPull },
  { mirrored, read, readAt, requestId, reconciles }: StoreInput,
): RefreshCheckJob | null => {
  if (after.state !== "open") return null;
  const asked = {
    proposal_id: mirrored.proposal.id,
    delivery_id: null,
    asked_at: readAt.toISOString(),
    request_id: requestId,
  };
  if (read.pull !== null && before.baseRef !== null && before.baseRef !== after.baseRef) {
    return refreshCheckJob({ ...asked, cause: `base ${read.pull.updated_at}`, body: true });
  }
  if (!reconciles || read.verdicts?.lacksOwnCheck !== true) return null;
  return refreshCheckJob({ ...asked, cause: `no check on ${after.headSha}`, body: false });
};
