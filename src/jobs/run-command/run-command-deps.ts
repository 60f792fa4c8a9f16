import type { createRejectProposal } from "../../actions/reject-proposal.ts";
import type { Clock } from "../../clock.ts";
import type { Db } from "../../db/connect.ts";
import type { JobQueue } from "../../queue/job-queue.ts";
import type { OpenConfigRepo } from "../config-repo-access.ts";

export interface RunCommandDeps {
  db: Db;
  queue: Pick<JobQueue, "send">;
  openConfigRepo: OpenConfigRepo;
  rejectProposal: ReturnType<typeof createRejectProposal>;
  clock: Clock;
  redact: (text: string) => string;
}
