import { sql } from "kysely";
import { pino } from "pino";
import { v7 as uuidv7 } from "uuid";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createPressOpenPr } from "../../src/actions/press-open-pr.ts";
import { createRejectProposal } from "../../src/actions/reject-proposal.ts";
import { appendEvent } from "../../src/db/events-store.ts";
import { storeHead } from "../../src/db/heads-store.ts";
import { AppError } from "../../src/errors.ts";
import type { ConfigRepoJob } from "../../src/queue/job-data.ts";
import { type JobQueue, openJobQueue } from "../../src/queue/job-queue.ts";
import { addProposal, useStore } from "../db/store-fixtures.ts";
import { addReadyProposal } from "./action-fixtures.ts";

const store = useStore();
const actor = { token: "ui", person: null };
let queue: JobQueue;

beforeAll(async () => {
  const { connectionString } = store.pool.options;
  queue = await openJobQueue({
    connection: { connectionString: `${connectionString}` },
    supervise: false,
    log: pino({ level: "silent" }),
  });
});
afterAll(() => queue.stop());

const reject = (proposalId: string, reason: string | null = null, jobs: Pick<JobQueue, "send"> = queue) =>
  createRejectProposal({
    db: store.db,
    queue: jobs,
    redact: (text) => text.replaceAll("hush", "[redacted]"),
  })({
    proposalId,
    reason,
    actor,
    requestId: "r-2",
  });

const press = (proposalId: string) =>
  createPressOpenPr({ db: store.db, queue, credentials: true, now: () => new Date() })({
    proposalId,
    actor,
    requestId: "r-1",
  });

const jobsOf = async (proposalId: string): Promise<{ key: string; data: ConfigRepoJob }[]> => {
  const query = sql<{ key: string; data: ConfigRepoJob }>`
    SELECT singleton_key AS key, data FROM pgboss.job WHERE data->>'proposal_id' = ${proposalId}`;
  return (await query.execute(store.db)).rows;
};

describe("a rejection", () => {
  it("ends the proposal, and has GitHub cleaned up although nothing was pressed", async () => {
    const { id, configRepoId, events } = await addReadyProposal(store.db);
    expect(await reject(id, "Not now")).toMatchObject({
      id,
      status: "rejected",
      rejected_reason: "Not now",
      open_pr_state: "idle",
    });
    expect(await jobsOf(id)).toMatchObject([
      { key: configRepoId, data: { kind: "close_pr", cause: "reject", request_id: "r-2", actor, sequel: 0 } },
    ]);
    expect(await events()).toMatchObject([
      { kind: "proposal_rejected", actor: "ui", data: { reason: "Not now", request_id: "r-2" } },
    ]);
  });

  it("keeps no secret out of its reason", async () => {
    const { id, events } = await addReadyProposal(store.db);
    expect((await reject(id, "the token hush leaked")).rejected_reason).toBe("the token [redacted] leaked");
    expect(JSON.stringify(await events())).not.toContain("hush");
  });

  it("cleans up in every repository something was pushed to", async () => {
    const { id, configRepoId } = await addReadyProposal(store.db);
    const [earlier, present] = [(await addReadyProposal(store.db)).configRepoId, configRepoId];
    for (const config_repo_id of [earlier, present]) {
      const head = { branch: "relyloop/x", base_branch: "main", head_sha: "a".repeat(40), attempt: 1 };
      await storeHead(store.db, { proposal_id: id, config_repo_id, ...head });
    }
    await reject(id);
    expect((await jobsOf(id)).map(({ key }) => key).sort()).toEqual([earlier, present].sort());
  });

  it("cleans up where the last run worked, though the cluster has moved since", async () => {
    const { id, configRepoId } = await addReadyProposal(store.db);
    const [first, last] = [uuidv7(), uuidv7()];
    for (const config_repo_id of [first, last]) {
      const data = { attempt: 1, run: 1, config_repo_id };
      await appendEvent(store.db, { proposalId: id, kind: "open_pr_started", data });
    }
    await reject(id);
    expect((await jobsOf(id)).map(({ key }) => key)).toEqual([last]);
    expect(last).not.toBe(configRepoId);
  });

  it("of a proposal whose cluster never had a repository enqueues nothing", async () => {
    const { id } = await addProposal(store.db);
    expect((await reject(id)).status).toBe("rejected");
    expect(await jobsOf(id)).toEqual([]);
  });

  it("happens once, to what can be rejected", async () => {
    await expect(reject(uuidv7())).rejects.toMatchObject({ code: "PROPOSAL_NOT_FOUND" });

    const { id, events } = await addReadyProposal(store.db);
    const outcomes = await Promise.allSettled(Array.from({ length: 5 }, () => reject(id)));
    expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    const refused = outcomes.filter((outcome) => outcome.status === "rejected");
    for (const { reason } of refused) {
      expect(reason).toMatchObject({ code: "INVALID_STATE_TRANSITION", reason: "rejected" });
    }
    expect(await events()).toHaveLength(1);
    expect(await jobsOf(id)).toHaveLength(1);
  });

  it("that can't be enqueued changes nothing", async () => {
    const { id, row, events } = await addReadyProposal(store.db);
    const before = await row();
    const send = () => Promise.reject(new AppError("QUEUE_UNAVAILABLE", "no queue"));
    await expect(reject(id, null, { send })).rejects.toMatchObject({ code: "QUEUE_UNAVAILABLE" });
    expect(await row()).toEqual(before);
    expect(await events()).toEqual([]);
  });
});

describe("a rejection and a press at the same moment", () => {
  it("end rejected, with a timeline, a row and jobs that tell the same story", async () => {
    const proposals = await Promise.all(Array.from({ length: 12 }, () => addReadyProposal(store.db)));
    await Promise.all(
      proposals.flatMap(({ id }, index) => {
        const both = [() => press(id), () => reject(id)];
        if (index % 2 === 1) both.reverse();
        return both.map((act) => act().catch((error: AppError) => expect(error.code).toBe(LATE)));
      }),
    );
    for (const { id, row, events } of proposals) {
      const { status, open_pr_state, open_pr_run, open_pr_attempt } = await row();
      expect({ status, open_pr_state, open_pr_run }).toEqual({
        status: "rejected",
        open_pr_state: "idle",
        open_pr_run: null,
      });
      const pressed = open_pr_attempt === 1;
      expect((await events()).map(({ kind }) => kind)).toEqual(
        pressed ? ["open_pr_requested", "proposal_rejected"] : ["proposal_rejected"],
      );
      const kinds = (await jobsOf(id)).map(({ data }) => data.kind);
      expect(kinds.sort()).toEqual(pressed ? ["close_pr", "open_pr"] : ["close_pr"]);
    }
  });
});

/** What a press that came too late is told; a rejection never comes too late for a press. */
const LATE = "INVALID_STATE_TRANSITION";
