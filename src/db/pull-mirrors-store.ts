import { type Selectable, sql, type Transaction } from "kysely";
import type { Executor } from "./connect.ts";
import type { ProposalRow } from "./proposals-store.ts";
import type { Database, ProposalsTable, PullMirrorsTable } from "./schema.ts";

export type PullMirrorRow = Selectable<PullMirrorsTable>;
export type MirrorParts = PullMirrorRow["parts"];

/** A recorded pull request gets its row. One that is there stays as it is. */
export const addMirror = async (db: Executor, proposalId: string, headSha: string | null): Promise<void> => {
  await db
    .insertInto("pull_mirrors")
    .values({ proposal_id: proposalId, head_sha: headSha, parts: "{}" })
    .onConflict((conflict) => conflict.column("proposal_id").doNothing())
    .execute();
};

export const findMirror = (db: Executor, proposalId: string): Promise<PullMirrorRow | undefined> =>
  db.selectFrom("pull_mirrors").selectAll().where("proposal_id", "=", proposalId).executeTakeFirst();

/**
 * The proposal with its mirror, as they are once nobody else changes them any more: for the time of the transaction.
 * References to the proposal, such as its events, stay possible.
 */
export const lockMirrored = async (
  trx: Transaction<Database>,
  proposalId: string,
): Promise<{ proposal: ProposalRow; mirror: PullMirrorRow } | undefined> => {
  const proposal = await trx
    .selectFrom("proposals")
    .selectAll()
    .where("id", "=", proposalId)
    .forNoKeyUpdate()
    .executeTakeFirst();
  const mirror = await findMirror(trx, proposalId);
  return proposal && mirror && { proposal, mirror };
};

/** What is mirrored on the proposal's own row. */
export type MirroredColumns = Partial<
  Pick<
    Selectable<ProposalsTable>,
    "pr_url" | "pr_state" | "pr_draft" | "pr_base_ref" | "pr_checks" | "pr_review" | "pr_updated_at"
  >
>;

/**
 * Stores what was read of a pull request.
 * @param readVersion its `updated_at` in that read: one that is older than the stored one is never stored
 * @param changed whether somebody who follows the proposal sees a difference
 * @returns whether it was
 */
export const storePull = async (
  db: Executor,
  proposalId: string,
  columns: MirroredColumns,
  { readVersion, changed }: { readVersion: Date; changed: boolean },
): Promise<boolean> => {
  const { numUpdatedRows } = await db
    .updateTable("proposals")
    .set({ ...columns, ...(changed && { updated_at: sql<Date>`now()` }) })
    .where("id", "=", proposalId)
    .where("status", "in", ["pr_opened", "rejected"])
    .where((eb) => eb.or([eb("pr_updated_at", "is", null), eb("pr_updated_at", "<=", readVersion)]))
    .executeTakeFirst();
  return numUpdatedRows === 1n;
};

export const storeMirror = async (
  db: Executor,
  proposalId: string,
  { headSha, parts, readAt }: { headSha: string | null; parts: MirrorParts; readAt: Date },
): Promise<void> => {
  await db
    .updateTable("pull_mirrors")
    .set({ head_sha: headSha, parts: JSON.stringify(parts), read_at: readAt })
    .where("proposal_id", "=", proposalId)
    .execute();
};

/**
 * What close_pr did, mirrored on the rejected row.
 * @returns false: it says so already, by GitHub's event or an earlier run
 */
export const markClosed = async (db: Executor, proposalId: string, updatedAt: Date): Promise<boolean> => {
  const { numUpdatedRows } = await db
    .updateTable("proposals")
    .set({
      pr_state: "closed",
      // A read from before it was closed, on its way still, is older than this.
      pr_updated_at: sql<Date>`greatest(pr_updated_at, ${updatedAt.toISOString()}::timestamptz)`,
      updated_at: sql<Date>`now()`,
    })
    .where("id", "=", proposalId)
    .where("status", "=", "rejected")
    .where("pr_url", "is not", null)
    .where(sql<boolean>`pr_state is distinct from 'closed'`)
    .executeTakeFirst();
  return numUpdatedRows === 1n;
};

/** Pull requests that are reconciled: the opened ones in repositories the app can read, closed ones too. */
const reconciled = (db: Executor) =>
  db
    .selectFrom("proposals")
    .innerJoin("config_repos", "config_repos.id", "proposals.pr_config_repo_id")
    .where("proposals.status", "=", "pr_opened")
    .where("proposals.pr_number", "is not", null)
    // An archived one can be read too: what was merged before may not have been seen yet.
    .where("config_repos.status", "in", ["active", "archived"]);

export const countReconciled = async (db: Executor): Promise<number> => {
  const { total } = await reconciled(db)
    .select((eb) => eb.fn.countAll<number>().as("total"))
    .executeTakeFirstOrThrow();
  return total;
};

/** Whatever recorded a pull request without its mirror, it gets one, due at once. */
export const addMissingMirrors = async (db: Executor): Promise<void> => {
  await db
    .insertInto("pull_mirrors")
    .columns(["proposal_id", "head_sha", "parts"])
    .expression(
      reconciled(db)
        .leftJoin("pull_mirrors", "pull_mirrors.proposal_id", "proposals.id")
        .where("pull_mirrors.proposal_id", "is", null)
        .select(["proposals.id", "proposals.pr_head_sha", sql<string>`'{}'::jsonb`.as("parts")]),
    )
    .onConflict((conflict) => conflict.column("proposal_id").doNothing())
    .execute();
};

/** Ids of proposals whose mirror is due, the longest overdue first. */
export const listDue = async (db: Executor, now: Date, limit: number): Promise<string[]> => {
  const rows = await reconciled(db)
    .innerJoin("pull_mirrors", "pull_mirrors.proposal_id", "proposals.id")
    .select("proposals.id")
    .where("pull_mirrors.due_at", "<=", now)
    .orderBy("pull_mirrors.due_at")
    .orderBy("proposals.id")
    .limit(limit)
    .execute();
  return rows.map(({ id }) => id);
};

/** When each is due the next time; in one statement, however many. */
export const moveDue = async (
  db: Executor,
  moved: readonly { proposalId: string; dueAt: Date }[],
): Promise<void> => {
  const ids = moved.map(({ proposalId }) => proposalId);
  const times = moved.map(({ dueAt }) => dueAt.toISOString());
  await sql`UPDATE pull_mirrors SET due_at = moved.due_at
    FROM unnest(${ids}::uuid[], ${times}::timestamptz[]) AS moved (proposal_id, due_at)
    WHERE pull_mirrors.proposal_id = moved.proposal_id`.execute(db);
};
