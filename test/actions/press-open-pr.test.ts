import { sql } from "kysely";
import { pino } from "pino";
import { v7 as uuidv7 } from "uuid";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createPressOpenPr } from "../../src/actions/press-open-pr.ts";
import { markRejected, recordFailure } from "../../src/db/open-pr-store.ts";
import { AppError } from "../../src/errors.ts";
import { type ConfigRepoJob, jobIdOf, type OpenPrJob } from "../../src/queue/job-data.ts";
import { type JobQueue, openJobQueue } from "../../src/queue/job-queue.ts";
import { useStore } from "../db/store-fixtures.ts";
import { untilSessionsWait } from "../support/lock-waits.ts";
import { addReadyProposal } from "./action-fixtures.ts";

const store = useStore();
const NOW = new Date("2026-11-22T12:00:00.000Z");
const ada = { token: "ui", person: "Ada" };
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

const press = (
  proposalId: string,
  changes: { credentials?: boolean; queue?: Pick<JobQueue, "send">; requestId?: string } = {},
): Promise<void> =>
  createPressOpenPr({
    db: store.db,
    queue: changes.queue ?? queue,
    credentials: changes.credentials ?? true,
    now: () => NOW,
  })({ proposalId, actor: ada, requestId: changes.requestId ?? "r-1" });

const jobsOf = async (proposalId: string): Promise<{ id: string; key: string; data: ConfigRepoJob }[]> => {
  const query = sql<{ id: string; key: string; data: ConfigRepoJob }>`
    SELECT id, singleton_key AS key, data FROM pgboss.job WHERE data->>'proposal_id' = ${proposalId}`;
  return (await query.execute(store.db)).rows;
};

describe("a press", () => {
  it("marks the proposal queued, enqueues its job under its repository, and tells who pressed", async () => {
    const { id, configRepoId, row, events } = await addReadyProposal(store.db);
    await press(id);
    expect(await row()).toMatchObject({ status: "pending", open_pr_state: "queued", open_pr_attempt: 1 });
    const job: OpenPrJob = {
      kind: "open_pr",
      proposal_id: id,
      attempt: 1,
      config_repo_id: configRepoId,
      actor: ada,
      requested_at: NOW.toISOString(),
      request_id: "r-1",
      sequel: 0,
      waits: 0,
      first_wait_at: null,
    };
    expect(await jobsOf(id)).toEqual([{ id: jobIdOf(job), key: configRepoId, data: job }]);
    expect(await events()).toMatchObject([
      { kind: "open_pr_requested", actor: "Ada (ui)", data: { attempt: 1, request_id: "r-1" } },
    ]);
  });

  it("by ten callers at once is one attempt: one job, one event, and everybody is content", async () => {
    const { id, row, events } = await addReadyProposal(store.db);
    await Promise.all(Array.from({ length: 10 }, (_, caller) => press(id, { requestId: `r-${caller}` })));
    expect(await row()).toMatchObject({ open_pr_attempt: 1, open_pr_state: "queued" });
    expect(await jobsOf(id)).toHaveLength(1);
    expect((await events()).map(({ kind }) => kind)).toEqual(["open_pr_requested"]);
  });

  it("after a failure is a new attempt with a job of its own", async () => {
    const { id, row } = await addReadyProposal(store.db);
    await press(id);
    await store.db
      .updateTable("proposals")
      .set({ open_pr_state: "running", open_pr_run: "job:0" })
      .where("id", "=", id)
      .execute();
    await recordFailure(store.db, id, "job:0", { code: "CLONE_FAILED", message: "no answer" });
    await press(id);
    expect(await row()).toMatchObject({ open_pr_attempt: 2, open_pr_state: "queued", pr_open_error: null });
    expect((await jobsOf(id)).map(({ data }) => data.kind === "open_pr" && data.attempt).sort()).toEqual([
      1, 2,
    ]);
  });

  it("that can't be enqueued changes nothing", async () => {
    const { id, row, events } = await addReadyProposal(store.db);
    const before = await row();
    const send = () => Promise.reject(new AppError("QUEUE_UNAVAILABLE", "no queue"));
    await expect(press(id, { queue: { send } })).rejects.toMatchObject({ code: "QUEUE_UNAVAILABLE" });
    expect(await row()).toEqual(before);
    expect(await events()).toEqual([]);
  });

  it("that is overtaken by a rejection is refused, and adds nothing", async () => {
    const { id, row, events } = await addReadyProposal(store.db);
    const rejected = Promise.withResolvers<void>();
    const commit = Promise.withResolvers<void>();
    const rejection = store.db.transaction().execute(async (trx) => {
      await markRejected(trx, id, null);
      rejected.resolve();
      await commit.promise;
    });
    await rejected.promise;
    const pressing = press(id).catch((error: unknown) => error);
    // The press saw a pending proposal, and waits for its row.
    await untilSessionsWait(store.db);
    commit.resolve();
    await rejection;
    expect(await pressing).toMatchObject({ code: "INVALID_STATE_TRANSITION", reason: "rejected" });
    expect(await row()).toMatchObject({ status: "rejected", open_pr_attempt: 0, open_pr_state: "idle" });
    expect(await jobsOf(id)).toEqual([]);
    expect(await events()).toEqual([]);
  });
});

describe("the checks of a press", () => {
  const refusal = (id: string, credentials = true) =>
    press(id, { credentials }).then(
      () => undefined,
      (error: AppError) => [error.code, error.reason],
    );
  const detach = (id: string) =>
    sql`UPDATE clusters SET config_repo_id = NULL FROM proposals p WHERE p.cluster_id = clusters.id AND p.id = ${id}`.execute(
      store.db,
    );

  it("come in the contract's order: what is named first is what has to be put right first", async () => {
    expect(await refusal(uuidv7(), false)).toEqual(["PROPOSAL_NOT_FOUND", undefined]);

    const { id, row } = await addReadyProposal(store.db, { installation: { status: "deleted" } });
    await detach(id);
    await store.db.updateTable("proposals").set({ status: "rejected" }).where("id", "=", id).execute();
    expect(await refusal(id, false)).toEqual(["INVALID_STATE_TRANSITION", "rejected"]);

    await store.db.updateTable("proposals").set({ status: "pending" }).where("id", "=", id).execute();
    expect(await refusal(id, false)).toEqual(["CLUSTER_HAS_NO_CONFIG_REPO", undefined]);
    expect(await row()).toMatchObject({ open_pr_attempt: 0, open_pr_state: "idle" });
  });

  it.each<[string, Parameters<typeof addReadyProposal>[1], boolean]>([
    ["no_credentials", { installation: { status: "deleted" } }, false],
    ["uninstalled", { installation: { status: "deleted" }, configRepo: { status: "archived" } }, true],
    ["suspended", { installation: { status: "suspended" }, configRepo: { status: "archived" } }, true],
    ["repo_removed", { configRepo: { status: "removed" } }, true],
    ["archived", { configRepo: { status: "archived" }, installation: { permissions: {} } }, true],
    ["permission_pending", { installation: { permissions: { contents: "write" } } }, true],
  ])("end with GITHUB_NOT_CONFIGURED and who has to act: %s", async (reason, changes, credentials) => {
    const { id, row } = await addReadyProposal(store.db, changes);
    expect(await refusal(id, credentials)).toEqual(["GITHUB_NOT_CONFIGURED", reason]);
    expect(await row()).toMatchObject({ open_pr_attempt: 0, open_pr_state: "idle" });
  });

  it("say what became of a proposal that is not pending any more", async () => {
    const ended = { pr_url: "https://github.com/acme/x/pull/1", pr_merged_at: NOW };
    for (const status of ["pr_opened", "pr_merged", "rejected"] as const) {
      const { id } = await addReadyProposal(store.db);
      await store.db
        .updateTable("proposals")
        .set({ status, ...ended })
        .where("id", "=", id)
        .execute();
      expect(await refusal(id)).toEqual(["INVALID_STATE_TRANSITION", status]);
    }
  });
});
