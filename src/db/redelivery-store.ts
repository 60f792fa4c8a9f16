import { sql } from "kysely";
import type { Executor } from "./connect.ts";
import type { DeliveryStatus } from "./schema.ts";

const NAME = "hook_deliveries";

/** How far the deliveries that did not reach us have been looked for. */
export interface RedeliveryState {
  /** What GitHub tried to deliver before it is settled; null: nothing has been looked at yet. */
  watermark: Date | null;
  /** A look through the list that has not come to its end; null: the next one begins with the newest. */
  unfinished: UnfinishedLook | null;
  /** Re-requests so far, by GUID. */
  tries: Record<string, Tries>;
}

export interface UnfinishedLook {
  /** GitHub's, for the page it goes on with. */
  cursor: string;
  /** ISO 8601, like the others here: when it began, and the oldest attempt it saw that is not settled. */
  began_at: string;
  oldest_open_at: string | null;
}

export interface Tries {
  count: number;
  last_at: string;
}

export const readRedeliveryState = async (db: Executor): Promise<RedeliveryState> => {
  const row = await db
    .selectFrom("reconciliations")
    .select(["watermark", "data"])
    .where("name", "=", NAME)
    .executeTakeFirst();
  const data = (row?.data ?? {}) as Partial<RedeliveryState>;
  return { watermark: row?.watermark ?? null, unfinished: data.unfinished ?? null, tries: data.tries ?? {} };
};

/** One run writes at a time: the queue sees to that. */
export const writeRedeliveryState = async (
  db: Executor,
  { watermark, ...data }: RedeliveryState,
): Promise<void> => {
  const values = { watermark, data: JSON.stringify(data), updated_at: sql<Date>`now()` };
  await db
    .insertInto("reconciliations")
    .values({ name: NAME, ...values })
    .onConflict((conflict) => conflict.column("name").doUpdateSet(values))
    .execute();
};

/** What became of an event here. `attempts`: how often it was taken in. */
export interface DeliveryFate {
  status: DeliveryStatus;
  attempts: number;
}

/** By GUID; one that never reached us is missing. */
export const findDeliveryFates = async (
  db: Executor,
  guids: readonly string[],
): Promise<Map<string, DeliveryFate>> => {
  const rows = await db
    .selectFrom("webhook_deliveries")
    .select(["delivery_id", "status", "attempts"])
    .where(sql<boolean>`delivery_id = ANY(${guids}::uuid[])`)
    .execute();
  return new Map(rows.map(({ delivery_id, ...fate }) => [delivery_id, fate]));
};

/** When the oldest event was received, after `since`, that failed here and was taken in fewer than `attempts_max` times. */
export const oldestFailedDelivery = async (
  db: Executor,
  { since, attempts_max }: { since: Date; attempts_max: number },
): Promise<Date | null> => {
  const row = await db
    .selectFrom("webhook_deliveries")
    .select((eb) => eb.fn.min("received_at").as("at"))
    .where("status", "=", "failed")
    .where("attempts", "<", attempts_max)
    .where("received_at", ">", since)
    .executeTakeFirst();
  return row?.at ?? null;
};

/** When something was received last. */
export const newestDelivery = async (db: Executor): Promise<Date | null> => {
  const row = await db
    .selectFrom("webhook_deliveries")
    .select((eb) => eb.fn.max("received_at").as("at"))
    .executeTakeFirst();
  return row?.at ?? null;
};

/** Removes up to `limit` deliveries that were received before a moment. @returns how many */
export const deleteDeliveries = async (
  db: Executor,
  { before, limit }: { before: Date; limit: number },
): Promise<number> => {
  const old = db
    .selectFrom("webhook_deliveries")
    .select("delivery_id")
    .where("received_at", "<", before)
    .orderBy("received_at")
    .limit(limit);
  const { numDeletedRows } = await db
    .deleteFrom("webhook_deliveries")
    .where("delivery_id", "in", old)
    .executeTakeFirst();
  return Number(numDeletedRows);
};
