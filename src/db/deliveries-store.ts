import { type Selectable, sql } from "kysely";
import type { Executor } from "./connect.ts";
import type { WebhookDeliveriesTable } from "./schema.ts";

export type DeliveryRow = Selectable<WebhookDeliveriesTable>;

/** An error's text is kept to this length. */
const ERROR_CHARACTERS_MAX = 500;

/**
 * A job that a delivery led to has ended; the last one makes it processed. Saying so twice changes nothing.
 * @returns when it was received, if this made it processed
 */
export const endDeliveryJob = async (
  db: Executor,
  deliveryId: string,
  jobId: string,
): Promise<Date | null> => {
  const row = await db
    .updateTable("webhook_deliveries")
    .set({
      jobs: sql<string[]>`array_remove(jobs, ${jobId}::uuid)`,
      status: sql`CASE WHEN array_remove(jobs, ${jobId}::uuid) = '{}' THEN 'processed' ELSE status END`,
      processed_at: sql<Date>`CASE WHEN array_remove(jobs, ${jobId}::uuid) = '{}' THEN now() END`,
    })
    .where("delivery_id", "=", deliveryId)
    .where("status", "=", "received")
    .where(sql<boolean>`${jobId}::uuid = ANY(jobs)`)
    .returning(["received_at", "status"])
    .executeTakeFirst();
  return row?.status === "processed" ? row.received_at : null;
};

/**
 * A job that a delivery led to gave up. GitHub's next delivery of it is taken in again.
 * @param error redacted by the caller
 */
export const failDelivery = async (
  db: Executor,
  deliveryId: string,
  jobId: string,
  error: string,
): Promise<void> => {
  await db
    .updateTable("webhook_deliveries")
    .set({ status: "failed", error: storable(error), jobs: [] })
    .where("delivery_id", "=", deliveryId)
    .where("status", "=", "received")
    .where(sql<boolean>`${jobId}::uuid = ANY(jobs)`)
    .execute();
};

/** PostgreSQL's text holds no NUL. */
const storable = (text: string): string =>
  text
    .replace(/\p{Cc}+/gu, " ")
    .slice(0, ERROR_CHARACTERS_MAX)
    .toWellFormed();

export type NewDelivery = Pick<
  DeliveryRow,
  | "delivery_id"
  | "event"
  | "action"
  | "installation_id"
  | "repository_id"
  | "subject"
  | "body_sha256"
  | "received_at"
> & { status: "processed" | "ignored" };

export interface StoredDelivery {
  delivery_id: string;
  /** How often it was taken in, this time included; null: it is known, and nothing was changed. */
  attempts: number | null;
  /** Of the delivery that was known under this GUID before; null: none was. */
  known_body_sha256: string | null;
}

/**
 * Stores deliveries, each GUID at most once in a call, as if there was nothing left to do (see {@link setDeliveryJobs}).
 * One that is known is left alone, unless its processing failed: then it counts as received anew.
 */
export const storeDeliveries = async (
  db: Executor,
  deliveries: readonly NewDelivery[],
): Promise<StoredDelivery[]> => {
  const json = JSON.stringify(deliveries);
  // In one order for everybody, so that processes that were sent the same ones wait for each other in line.
  const { rows } = await sql<StoredDelivery>`
    WITH given AS (
      SELECT * FROM json_to_recordset(${json}::text::json) AS given(
        delivery_id uuid, event text, action text, installation_id bigint, repository_id bigint, subject text,
        body_sha256 text, received_at timestamptz, status text)
    ), stored AS (
      INSERT INTO webhook_deliveries AS delivery (delivery_id, event, action, installation_id, repository_id, subject,
        body_sha256, received_at, status, attempts, processed_at)
      SELECT delivery_id, event, action, installation_id, repository_id, subject, body_sha256, received_at, status,
        1, CASE status WHEN 'processed' THEN received_at END
      FROM given ORDER BY delivery_id
      ON CONFLICT (delivery_id) DO UPDATE SET
        status = excluded.status, attempts = delivery.attempts + 1, error = NULL, jobs = '{}',
        body_sha256 = excluded.body_sha256, received_at = excluded.received_at, processed_at = excluded.processed_at
      WHERE delivery.status = 'failed'
      RETURNING delivery_id, attempts
    )
    SELECT given.delivery_id, stored.attempts,
      (SELECT body_sha256 FROM webhook_deliveries WHERE delivery_id = given.delivery_id) AS known_body_sha256
    FROM given LEFT JOIN stored USING (delivery_id)`.execute(db);
  return rows;
};

/** The jobs each delivery led to, by its GUID: it waits for them to end. */
export const setDeliveryJobs = async (
  db: Executor,
  jobs: ReadonlyMap<string, readonly string[]>,
): Promise<void> => {
  const json = JSON.stringify([...jobs].map(([delivery_id, ids]) => ({ delivery_id, ids })));
  // Found by their ids, and then each in the short list: joined, the whole table would be read.
  await sql`
    UPDATE webhook_deliveries delivery SET status = 'received', processed_at = NULL, jobs = (
      SELECT given.ids FROM json_to_recordset(${json}::text::json) AS given(delivery_id uuid, ids uuid[])
      WHERE given.delivery_id = delivery.delivery_id)
    WHERE delivery_id = ANY(${[...jobs.keys()]}::uuid[])`.execute(db);
};

/** Where a list of deliveries goes on: after this one, oldest first. */
export type DeliveryPosition = Pick<DeliveryRow, "received_at" | "delivery_id">;

/** Deliveries that were received before this moment and are still waiting for their jobs. */
export const listUnfinishedDeliveries = (
  db: Executor,
  { before, after, limit }: { before: Date; after: DeliveryPosition | null; limit: number },
): Promise<DeliveryPosition[]> => {
  let query = db
    .selectFrom("webhook_deliveries")
    .select(["delivery_id", "received_at"])
    .where("status", "=", "received")
    .where("received_at", "<", before);
  if (after !== null) {
    query = query.where(
      sql<boolean>`(received_at, delivery_id) > (${after.received_at}, ${after.delivery_id}::uuid)`,
    );
  }
  return query.orderBy("received_at").orderBy("delivery_id").limit(limit).execute();
};

/**
 * Deliveries whose jobs are gone. One that ended or was taken in again meanwhile is left alone.
 * @returns the ids of those that failed by this
 */
export const failLostDeliveries = async (
  db: Executor,
  { deliveryIds, before, error }: { deliveryIds: readonly string[]; before: Date; error: string },
): Promise<string[]> => {
  const rows = await db
    .updateTable("webhook_deliveries")
    .set({ status: "failed", error, jobs: [] })
    .where("delivery_id", "=", sql<string>`ANY(${[...deliveryIds]}::uuid[])`)
    .where("status", "=", "received")
    .where("received_at", "<", before)
    .returning("delivery_id")
    .execute();
  return rows.map(({ delivery_id }) => delivery_id);
};
