import type { Executor } from "../db/connect.ts";
import { type NewDelivery, setDeliveryJobs, storeDeliveries } from "../db/deliveries-store.ts";
import type { Pipeline } from "../db/pipeline.ts";
import { type Found, lookUp } from "../db/pull-lookup-store.ts";
import type { EventJob } from "../queue/event-jobs.ts";
import type { JobQueue } from "../queue/job-queue.ts";
import type { Delivery } from "./delivery.ts";
import { jobsOf, lookedUp } from "./jobs-of.ts";

/**
 * What became of a delivery: taken in with its jobs; nothing listens to it; known under its GUID already; taken in
 * again, because its processing had failed.
 */
export type Outcome = "accepted" | "ignored" | "known" | "again";

export interface Stored {
  outcome: Outcome;
  /** By their ids. */
  jobs: ReadonlyMap<string, EventJob>;
  /** The GUID was known with another body. */
  differs: boolean;
}

const NO_JOBS: Stored["jobs"] = new Map();

/**
 * Stores deliveries and enqueues what they lead to, all in one transaction. GUIDs must be different ones.
 * @returns for each, in the order given
 */
export const createStoreDeliveries =
  ({ pipeline, queue }: { pipeline: Pick<Pipeline, "transaction">; queue: Pick<JobQueue, "sendMany"> }) =>
  (deliveries: readonly Delivery[]): Promise<Stored[]> =>
    pipeline.transaction(async (trx) => {
      const [found, rows] = await Promise.all([
        lookUpAll(trx, deliveries),
        storeDeliveries(trx, deliveries.map(rowOf)),
      ]);
      const byGuid = new Map(rows.map((row) => [row.delivery_id, row]));
      const stored = deliveries.map((delivery, at): Stored => {
        const { attempts = null, known_body_sha256: known = null } = byGuid.get(delivery.guid) ?? {};
        const differs = known !== null && known !== delivery.bodySha256;
        if (attempts === null) return { outcome: "known", jobs: NO_JOBS, differs };
        const outcome = attempts > 1 ? "again" : delivery.wanted === null ? "ignored" : "accepted";
        return { outcome, jobs: jobsOf(delivery, found[at] ?? [], attempts), differs };
      });
      const waiting = new Map(
        stored.flatMap(({ jobs }, at) => {
          const guid = deliveries[at]?.guid;
          return guid === undefined || jobs.size === 0 ? [] : [[guid, [...jobs.keys()]]];
        }),
      );
      if (waiting.size > 0) {
        const jobs = stored.flatMap((one) => [...one.jobs.values()]);
        await Promise.all([setDeliveryJobs(trx, waiting), queue.sendMany(trx, jobs)]);
      }
      return stored;
    });

/** For each delivery, for each thing it asks for: what its subject is to us. One query for all of them. */
const lookUpAll = async (db: Executor, deliveries: readonly Delivery[]): Promise<Found[][][]> => {
  const asked = deliveries.flatMap(({ wanted }, delivery) =>
    (wanted ?? []).flatMap((one, at) => {
      const look = lookedUp(one);
      return look === null ? [] : [{ delivery, at, look }];
    }),
  );
  const found: Found[][][] = deliveries.map(({ wanted }) => (wanted ?? []).map(() => []));
  for (const row of await lookUp(
    db,
    asked.map(({ look }) => look),
  )) {
    const origin = asked[row.position];
    if (origin !== undefined) found[origin.delivery]?.[origin.at]?.push(row);
  }
  return found;
};

const rowOf = (delivery: Delivery): NewDelivery => ({
  delivery_id: delivery.guid,
  event: delivery.event,
  action: delivery.action,
  installation_id: delivery.installationId,
  repository_id: delivery.repositoryId,
  subject: delivery.subject,
  body_sha256: delivery.bodySha256,
  received_at: delivery.receivedAt,
  status: delivery.wanted === null ? "ignored" : "processed",
});
