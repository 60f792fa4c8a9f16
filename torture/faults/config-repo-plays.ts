import { markRejected } from "../../src/db/open-pr-store.ts";
import { closePrJob } from "../../src/queue/job-data.ts";
import { type Backstage, crash, press } from "./backstage.ts";
import * as goals from "./goals.ts";
import type { Play } from "./scene.ts";

/** @param after the request behind which an earlier run of the job died; null: there was none */
export const opening = (name: string, after: string | null): Play => ({
  name,
  set: async (backstage) => {
    const { id, branch } = await backstage.site.addProposal();
    const job = await press(backstage, id);
    if (after !== null) await crash(backstage, job, after);
    const about = { ...backstage, id, branch };
    return {
      job,
      retryCount: after === null ? 0 : 1,
      proposalId: id,
      missing: (lenient) => goals.notOpened(about, lenient),
      doubled: () => goals.doubled(about),
      again: () => press(backstage, id),
    };
  },
});

/** @param begin makes what the rejection finds */
export const closing = (
  name: string,
  begin: (backstage: Backstage) => Promise<{ id: string; branch: string }>,
): Play => ({
  name,
  set: async (backstage) => {
    const { id, branch } = await begin(backstage);
    await markRejected(backstage.db, id, "Not now");
    const about = { ...backstage, id, branch };
    const close = (cause: string) =>
      closePrJob({
        proposal_id: id,
        config_repo_id: backstage.site.configRepoId,
        actor: { token: "ui", person: null },
        cause,
        request_id: "torture",
      });
    return {
      job: close("reject"),
      retryCount: 0,
      proposalId: id,
      missing: (lenient) => goals.notClosed(about, lenient),
      doubled: () => goals.doubled(about),
      again: async () => close("sweep 1"),
    };
  },
});

/** A branch without a pull request: its run died in between. */
export const pushed = async (backstage: Backstage): Promise<{ id: string; branch: string }> => {
  const { id, branch } = await backstage.site.addProposal();
  await crash(backstage, await press(backstage, id), "git create branch");
  return { id, branch };
};
