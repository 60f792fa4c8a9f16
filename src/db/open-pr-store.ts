import { sql } from "kysely";
import type { WorkerCode } from "../errors.ts";
import type { Executor } from "./connect.ts";
import type { ProposalRow } from "./proposals-store.ts";
import type { OpenPrState } from "./schema.ts";

/** The conditional updates of an attempt's life. "Zero rows" always means: somebody else moved on, touch nothing. */

const IN_FLIGHT = ["queued", "running", "waiting"] as const;

/**
 * A press: the attempt number grows, so that its job id is new. Nothing when the proposal isn't pending or an
 * attempt is in flight already.
 */
export const markQueued = (db: Executor, proposalId: string): Promise<ProposalRow | undefined> =>
  db
    .updateTable("proposals")
    .set((eb) => ({
      open_pr_attempt: eb("open_pr_attempt", "+", 1),
      open_pr_state: "queued",
      open_pr_run: null,
      open_pr_next_at: null,
      pr_open_error: null,
      updated_at: sql<Date>`now()`,
    }))
    .where("id", "=", proposalId)
    .where("status", "=", "pending")
    .where("open_pr_state", "in", ["idle", "failed"])
    .returningAll()
    .executeTakeFirst();

export interface Claim {
  proposalId: string;
  attempt: number;
  jobId: string;
  retryCount: number;
}

/** The fence's value: `<job id>:<retry count>`. */
export const runOf = (claim: Claim): string => `${claim.jobId}:${claim.retryCount}`;

/**
 * Takes the fence for a run. Refused when the attempt is over, when it waits for a later time, when it was handed to
 * another job ({@link handOver}), or when a later run of the same job claimed already (this one slept between being
 * fetched and claiming).
 */
export const claimRun = (db: Executor, claim: Claim): Promise<ProposalRow | undefined> =>
  db
    .updateTable("proposals")
    .set({
      open_pr_run: runOf(claim),
      open_pr_state: "running",
      open_pr_next_at: null,
      updated_at: sql<Date>`now()`,
    })
    .where("id", "=", claim.proposalId)
    .where("status", "=", "pending")
    .where("open_pr_attempt", "=", claim.attempt)
    .where("open_pr_state", "in", IN_FLIGHT)
    .where(sql<boolean>`not (open_pr_state = 'waiting' and open_pr_next_at > now())`)
    .where(
      sql<boolean>`(open_pr_run is null or (split_part(open_pr_run, ':', 1) = ${claim.jobId}
        and split_part(open_pr_run, ':', 2)::int < ${claim.retryCount}))`,
    )
    .returningAll()
    .executeTakeFirst();

/** Whether the run still holds the fence; asked right before each write to GitHub or git. */
export const holdsFence = async (db: Executor, proposalId: string, run: string): Promise<boolean> => {
  const row = await db
    .selectFrom("proposals")
    .select("id")
    .where("id", "=", proposalId)
    .where("open_pr_run", "=", run)
    .where("status", "=", "pending")
    .executeTakeFirst();
  return row !== undefined;
};

const fencedUpdate = (db: Executor, proposalId: string, run: string) =>
  db
    .updateTable("proposals")
    .where("id", "=", proposalId)
    .where("open_pr_run", "=", run)
    .where("status", "=", "pending");

const changed = async (query: {
  executeTakeFirst(): Promise<{ numUpdatedRows: bigint }>;
}): Promise<boolean> => (await query.executeTakeFirst()).numUpdatedRows === 1n;

/** The latest head, stored before pushing; `heads-store.ts` keeps them all. */
export const storeCommits = (
  db: Executor,
  proposalId: string,
  run: string,
  stored: { branch: string; baseSha: string; headSha: string; attempt: number },
): Promise<boolean> =>
  changed(
    fencedUpdate(db, proposalId, run).set({
      pr_branch: stored.branch,
      pr_base_sha: stored.baseSha,
      pr_head_sha: stored.headSha,
      pr_head_attempt: stored.attempt,
      updated_at: sql<Date>`now()`,
    }),
  );

export interface RecordedPull {
  url: string;
  number: number;
  /** The repository it is in. */
  configRepoId: string;
  /** A merged one is closed here, until it is recorded as merged (`merges-store.ts`). */
  state: "open" | "closed";
  draft: boolean;
  baseRef: string;
  updatedAt: Date;
}

/** pending → pr_opened. */
export const recordOpened = (
  db: Executor,
  proposalId: string,
  run: string,
  pull: RecordedPull,
): Promise<boolean> =>
  changed(
    fencedUpdate(db, proposalId, run).set({
      status: "pr_opened",
      pr_url: pull.url,
      pr_number: pull.number,
      pr_config_repo_id: pull.configRepoId,
      pr_state: pull.state,
      pr_draft: pull.draft,
      pr_base_ref: pull.baseRef,
      pr_updated_at: pull.updatedAt,
      pr_open_error: null,
      open_pr_state: "idle",
      open_pr_run: null,
      open_pr_next_at: null,
      updated_at: sql<Date>`now()`,
    }),
  );

/** `CODE: message`; the caller has redacted the message. */
export const recordFailure = (
  db: Executor,
  proposalId: string,
  run: string,
  failure: { code: WorkerCode; message: string },
): Promise<boolean> =>
  changed(
    fencedUpdate(db, proposalId, run).set({
      open_pr_state: "failed",
      pr_open_error: `${failure.code}: ${failure.message}`,
      open_pr_run: null,
      open_pr_next_at: null,
      updated_at: sql<Date>`now()`,
    }),
  );

/**
 * The attempt goes on in another job, at `until` (null: as soon as its key is free). The fence is handed to that job,
 * so that a re-run of this one can't take it back.
 */
export const handOver = (
  db: Executor,
  proposalId: string,
  run: string,
  sequel: { jobId: string; until: Date | null },
): Promise<boolean> =>
  changed(
    fencedUpdate(db, proposalId, run).set({
      open_pr_state: sequel.until === null ? "queued" : "waiting",
      open_pr_run: `${sequel.jobId}:-1`,
      open_pr_next_at: sequel.until,
      updated_at: sql<Date>`now()`,
    }),
  );

/** Proposals whose row says that a job is under way by now; the sweep checks that there is one. */
export const listInFlight = (db: Executor, limit: number) =>
  db
    .selectFrom("proposals")
    .select(["id", "open_pr_attempt", "open_pr_run", "open_pr_state", "updated_at"])
    .where("open_pr_state", "in", IN_FLIGHT)
    .where(sql<boolean>`not (open_pr_state = 'waiting' and open_pr_next_at > now())`)
    .orderBy("updated_at")
    .limit(limit)
    .execute();

/** How many proposals are in each state of an attempt under way. */
export const countInFlight = async (db: Executor): Promise<Map<OpenPrState, number>> => {
  const rows = await db
    .selectFrom("proposals")
    .select((eb) => ["open_pr_state", eb.fn.countAll<number>().as("count")])
    .where("open_pr_state", "in", IN_FLIGHT)
    .groupBy("open_pr_state")
    .execute();
  return new Map(rows.map((row) => [row.open_pr_state, row.count]));
};

/** The sweep's verdict on an attempt without a job; nothing when the attempt moved meanwhile. */
export const failAbandoned = (
  db: Executor,
  seen: { id: string; open_pr_attempt: number; open_pr_run: string | null },
  failure: { code: WorkerCode; message: string },
): Promise<boolean> =>
  changed(
    db
      .updateTable("proposals")
      .set({
        open_pr_state: "failed",
        pr_open_error: `${failure.code}: ${failure.message}`,
        open_pr_run: null,
        open_pr_next_at: null,
        updated_at: sql<Date>`now()`,
      })
      .where("id", "=", seen.id)
      .where("open_pr_attempt", "=", seen.open_pr_attempt)
      .where("open_pr_state", "in", IN_FLIGHT)
      .where(sql<boolean>`open_pr_run is not distinct from ${seen.open_pr_run}`),
  );

/**
 * pending or pr_opened → rejected. The fence is taken away, so that a run in flight stops before its next write.
 */
export const markRejected = (
  db: Executor,
  proposalId: string,
  reason: string | null,
): Promise<ProposalRow | undefined> =>
  db
    .updateTable("proposals")
    .set({
      status: "rejected",
      rejected_reason: reason,
      open_pr_state: "idle",
      open_pr_run: null,
      open_pr_next_at: null,
      updated_at: sql<Date>`now()`,
    })
    .where("id", "=", proposalId)
    .where("status", "in", ["pending", "pr_opened"])
    .returningAll()
    .executeTakeFirst();
