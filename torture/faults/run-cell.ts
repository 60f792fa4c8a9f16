import { sql } from "kysely";
import { lastEvent } from "../../src/db/events-store.ts";
import { findProposal } from "../../src/db/proposals-store.ts";
import { createObjectCache, type ObjectCache } from "../../src/git/object-cache.ts";
import { createFakeClock } from "../../test/support/fake-clock.ts";
import type { Backstage } from "./backstage.ts";
import type { Ending } from "./expected.ts";
import type { Ground } from "./ground.ts";
import type { Ran, Sent, TorturedQueue } from "./queue.ts";
import type { Play, Scene } from "./scene.ts";
import type { PlannedFault, SentRequest, Wire } from "./wire.ts";
import type { Worker, WorkerDeps } from "./worker.ts";

export interface Stage extends Ground {
  wire: Wire;
  queue: TorturedQueue;
  calm: Worker;
  startWorker: (deps: Pick<WorkerDeps, "clock" | "objects">) => Worker;
  /** What `calm` has seen of repositories. */
  objects: ObjectCache;
}

export interface CellRun {
  scene: Scene;
  ending: Ending;
  ran: Ran;
  sent: readonly SentRequest[];
  worker: Worker;
  violations: string[];
}

/** Sets a scene and lets its job meet its faults, as often as the queue would run it. */
export const runCell = async (
  stage: Stage & Pick<Backstage, "site">,
  play: Play,
  planned: readonly PlannedFault[],
): Promise<CellRun> => {
  const { db, wire, queue } = stage;
  const scene = await play.set({ ...stage, now: Date.now });
  queue.drain();
  const clock = createFakeClock(new Date().toISOString());
  // Most cells need no more of git than a process that knows the repository asks for, which costs half of the time.
  const readsAnew = planned.length === 0 || planned.some(({ at }) => /^git (discovery|fetch)$/.test(at.name));
  const worker = stage.startWorker({ clock, objects: readsAnew ? createObjectCache() : stage.objects });
  const violations: string[] = [];
  wire.begin({ clock, planned });
  const ran = await queue.run(scene.job, {
    handlers: worker.handlers,
    clock,
    retryCount: scene.retryCount,
    onDue: async (sent) => void violations.push(...(await letItBeDue(db, sent))),
  });
  const sent = wire.sent();
  wire.mend();
  return { scene, ending: await endingOf(db, scene, worker), ran, sent, worker, violations };
};

/** The row has to say what the job says; then its time, which PostgreSQL's clock decides, is made to have come. */
const letItBeDue = async (db: Ground["db"], { job, startAfter }: Sent): Promise<string[]> => {
  if (job.kind !== "open_pr") return [];
  const row = await findProposal(db, job.proposal_id);
  if (row?.open_pr_state !== "waiting") return [`a job waits, and the row says ${row?.open_pr_state}`];
  const due = sql<Date>`now() - interval '1 second'`;
  await db.updateTable("proposals").set({ open_pr_next_at: due }).where("id", "=", job.proposal_id).execute();
  const said_ms = row.open_pr_next_at?.getTime();
  return said_ms === startAfter?.getTime() ? [] : ["open_pr_next_at is not when the job goes on"];
};

const endingOf = async (db: Ground["db"], { job, proposalId }: Scene, { log }: Worker): Promise<Ending> => {
  switch (job.kind) {
    case "open_pr":
    case "close_pr": {
      const kind = job.kind === "open_pr" ? "open_pr_failed" : "close_pr_failed";
      const failed = proposalId === null ? undefined : await lastEvent(db, proposalId, [kind]);
      return failed === undefined ? "done" : `${failed.data.code} ${failed.data.reason}`;
    }
    default: {
      const lines = log.map((line) => JSON.parse(line) as LogLine);
      const end = lines.find(({ event, msg }) => event === "event_job_failed" || msg === NO_ACCESS);
      if (end === undefined) return "done";
      return end.msg === NO_ACCESS
        ? `GITHUB_NOT_CONFIGURED ${end.reason}`
        : `${end.err?.code ?? "CLONE_FAILED"} ${end.err?.reason ?? end.err?.kind}`;
    }
  }
};

const NO_ACCESS = "the job ends without access to GitHub";

interface LogLine {
  event?: string;
  msg: string;
  reason?: string;
  err?: { type: string; code?: string; reason?: string; kind?: string };
}
