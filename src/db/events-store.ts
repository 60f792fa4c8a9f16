import { sql, type Transaction } from "kysely";
import { v7 as uuidv7 } from "uuid";
import type { EventKind } from "../proposals/event-kinds.ts";
import type { Executor } from "./connect.ts";
import type { Database } from "./schema.ts";

export interface NewEvent {
  proposalId: string;
  kind: EventKind;
  /** Who is behind it: the person of X-Relyloop-Actor, the token's name, or null for the service itself. */
  actor?: string | null;
  data?: Record<string, unknown>;
}

/** Appends to the operator's timeline. Call it last in a transaction: it holds the event counter until commit. */
export const appendEvent = async (db: Executor, event: NewEvent): Promise<void> => {
  await db
    .insertInto("proposal_events")
    .values({
      id: uuidv7(),
      proposal_id: event.proposalId,
      kind: event.kind,
      actor: event.actor ?? null,
      data: JSON.stringify(event.data ?? {}),
    })
    .execute();
};

/**
 * Appends the event where it tells something new. Of two runs of one job that tell the same at the same moment, the later
 * one sees what the earlier one has told: nobody else can append to this proposal's timeline in this way before the end of
 * the transaction.
 * @param isNews judged by the data of the newest event of its kind; undefined: there is none
 */
export const appendNews = async (
  trx: Transaction<Database>,
  event: NewEvent,
  isNews: (last: Record<string, unknown> | undefined) => boolean,
): Promise<void> => {
  await trx
    .selectFrom("proposals")
    .select("id")
    .where("id", "=", event.proposalId)
    .forNoKeyUpdate()
    .executeTakeFirst();
  const last = await lastEvent(trx, event.proposalId, [event.kind]);
  if (isNews(last?.data)) await appendEvent(trx, event);
};

/**
 * Appends the event only while `run` holds the proposal's fence.
 * @returns whether it does.
 */
export const appendEventOfRun = async (db: Executor, run: string, event: NewEvent): Promise<boolean> => {
  const result = await db
    .insertInto("proposal_events")
    .columns(["id", "proposal_id", "kind", "actor", "data"])
    .expression((eb) =>
      eb
        .selectFrom("proposals")
        .select((p) => [
          sql<string>`${uuidv7()}::uuid`.as("id"),
          p.ref("proposals.id").as("proposal_id"),
          sql<string>`${event.kind}::text`.as("kind"),
          sql<string | null>`${event.actor ?? null}::text`.as("actor"),
          sql<string>`${JSON.stringify(event.data ?? {})}::jsonb`.as("data"),
        ])
        .where("proposals.id", "=", event.proposalId)
        .where("proposals.open_pr_run", "=", run)
        .forShare(),
    )
    .executeTakeFirst();
  return result.numInsertedOrUpdatedRows === 1n;
};

const EVENT_COLUMNS = ["id", "seq", "proposal_id", "at", "kind", "actor", "data"] as const;

/** Events in commit order after `seq`, of one proposal or of all. */
export const listEvents = (db: Executor, filter: { proposalId?: string; after: number; limit: number }) => {
  let query = db
    .selectFrom("proposal_events")
    .select(EVENT_COLUMNS)
    .where("seq", ">", filter.after)
    .orderBy("seq")
    .limit(filter.limit);
  if (filter.proposalId !== undefined) query = query.where("proposal_id", "=", filter.proposalId);
  return query.execute();
};

/** The newest event of one of these kinds, or undefined. */
export const lastEvent = (db: Executor, proposalId: string, kinds: EventKind[]) =>
  db
    .selectFrom("proposal_events")
    .select(EVENT_COLUMNS)
    .where("proposal_id", "=", proposalId)
    .where("kind", "in", kinds)
    .orderBy("seq", "desc")
    .limit(1)
    .executeTakeFirst();

/** How many events of a proposal come after `seq`. */
export const countEventsOf = async (db: Executor, proposalId: string, after: number): Promise<number> => {
  const { total } = await db
    .selectFrom("proposal_events")
    .select((eb) => eb.fn.countAll<number>().as("total"))
    .where("proposal_id", "=", proposalId)
    .where("seq", ">", after)
    .executeTakeFirstOrThrow();
  return total;
};

/** How many events of all proposals come after `seq`: they are numbered without gaps and never go, so none is counted. */
export const countEvents = async (db: Executor, after: number): Promise<number> => {
  const { last } = await db
    .selectFrom("proposal_events")
    .select((eb) => eb.fn.max("seq").as("last"))
    .executeTakeFirstOrThrow();
  return Math.max(0, Number(last ?? 0) - after);
};
