import { pino } from "pino";
import { describe, expect, it } from "vitest";
import { storeHead } from "../../../src/db/heads-store.ts";
import { markRejected } from "../../../src/db/open-pr-store.ts";
import { endQuietly } from "../../../src/jobs/open-pr/end-quietly.ts";
import type { Job, OpenPrJob } from "../../../src/queue/job-data.ts";
import { addReadyProposal } from "../../actions/action-fixtures.ts";
import { useStore } from "../../db/store-fixtures.ts";

const store = useStore();

const setUp = async ({ pushed = true } = {}) => {
  const { id, configRepoId } = await addReadyProposal(store.db);
  if (pushed) {
    const head = { branch: "relyloop/x", base_branch: "main", head_sha: "a".repeat(40), attempt: 1 };
    await storeHead(store.db, { proposal_id: id, config_repo_id: configRepoId, ...head });
  }
  const sent: Job[] = [];
  const logged: Record<string, unknown>[] = [];
  const job = { proposal_id: id, config_repo_id: configRepoId, request_id: "r" } as OpenPrJob;
  const end = () =>
    endQuietly(
      { db: store.db, queue: { send: async (_trx, queued) => void sent.push(queued) } },
      job,
      { id: "job", retryCount: 2 },
      pino({}, { write: (line: string) => void logged.push(JSON.parse(line)) }),
    );
  return { id, configRepoId, end, sent, logged };
};

describe("a run that may not go on", () => {
  it("leaves a pending proposal to the run that took over", async () => {
    const { end, sent, logged } = await setUp();
    await end();
    expect(sent).toEqual([]);
    expect(logged).toMatchObject([{ msg: "another run of this attempt goes on" }]);
  });

  it("has a rejected one cleaned up once more: what it was about to push may arrive late", async () => {
    const { id, configRepoId, end, sent, logged } = await setUp();
    await markRejected(store.db, id, null);
    await end();
    expect(sent).toMatchObject([
      { kind: "close_pr", proposal_id: id, config_repo_id: configRepoId, cause: "run job:2", actor: null },
    ]);
    expect(logged).toMatchObject([
      {
        event: "pr_open_proposal_no_longer_pending",
        status: "rejected",
        msg: "nothing to open any more",
      },
    ]);
  });

  it("cleans up nothing where nothing was about to be pushed, or where the pull request stands", async () => {
    const early = await setUp({ pushed: false });
    await markRejected(store.db, early.id, null);
    await early.end();
    expect(early.sent).toEqual([]);

    const opened = await setUp();
    const status = { status: "pr_opened" as const, pr_url: "https://github.com/acme/x/pull/1" };
    await store.db.updateTable("proposals").set(status).where("id", "=", opened.id).execute();
    await opened.end();
    expect(opened.sent).toEqual([]);
    expect(opened.logged).toMatchObject([
      { event: "pr_open_proposal_no_longer_pending", status: "pr_opened" },
    ]);
  });
});
