import type { Db } from "../../../src/db/connect.ts";
import { listEvents } from "../../../src/db/events-store.ts";
import { claimRun, markQueued, runOf } from "../../../src/db/open-pr-store.ts";
import { findProposal, type ProposalRow } from "../../../src/db/proposals-store.ts";
import { createFence, type Fence } from "../../../src/jobs/open-pr/fence.ts";
import type { OpenPrJob } from "../../../src/queue/job-data.ts";
import { addProposal } from "../../db/store-fixtures.ts";

export interface RunningAttempt {
  id: string;
  job: OpenPrJob;
  /** Held by the attempt's second run. */
  fence: Fence;
  /** Of its first run, which was taken over. */
  stale: Fence;
  row(): Promise<ProposalRow>;
  events(): Promise<{ kind: string; actor: string | null; data: Record<string, unknown> }[]>;
}

/** A proposal whose first attempt is at its second run. */
export const startAttempt = async (db: Db): Promise<RunningAttempt> => {
  const { id } = await addProposal(db);
  await markQueued(db, id);
  const [first, second] = [0, 1].map((retryCount) => ({
    proposalId: id,
    attempt: 1,
    jobId: "job",
    retryCount,
  })) as [Parameters<typeof runOf>[0], Parameters<typeof runOf>[0]];
  await claimRun(db, first);
  await claimRun(db, second);
  return {
    id,
    job: {
      kind: "open_pr",
      proposal_id: id,
      attempt: 1,
      config_repo_id: "0198a0c0-0000-7000-8000-000000000002",
      actor: { token: "ui", person: "Ada" },
      requested_at: "2026-11-22T12:00:00.000Z",
      request_id: "r-1",
      sequel: 0,
      waits: 0,
      first_wait_at: null,
    },
    fence: createFence(db, id, runOf(second), 1),
    stale: createFence(db, id, runOf(first), 1),
    row: async () => (await findProposal(db, id)) as ProposalRow,
    events: () => listEvents(db, { proposalId: id, after: 0, limit: 100 }),
  };
};
