import { emitterEventNames } from "@octokit/webhooks";
import type pg from "pg";
import type { Logger } from "pino";
import type { Clock } from "../clock.ts";
import { isDatabaseUnavailable } from "../db/db-errors.ts";
import { openPipeline } from "../db/pipeline.ts";
import { AppError } from "../errors.ts";
import type { Metrics } from "../metrics.ts";
import type { JobQueue } from "../queue/job-queue.ts";
import { createBatches } from "./batches.ts";
import { type Delivery, readFacts } from "./delivery.ts";
import type { Own } from "./event-handler.ts";
import { createStoreDeliveries, type Outcome, type Stored } from "./store-deliveries.ts";
import { createTranslateEvent } from "./translate-event.ts";

/** Of one transaction. */
const BATCH_DELIVERIES_MAX = 32;
/** While one transaction waits for the database, others are under way. */
const LANES = 6;
/** Each holds some ids; GitHub sends again what is refused. */
const WAITING_MAX = 5_000;
/** Of one transaction. A delivery waits for the one under way and for its own; GitHub waits 10 s for the answer. */
const STORE_TIMEOUT_MS = 4_000;

export interface IntakeDeps {
  /** The database; the intake has connections of its own, like those of this pool. */
  pool: Pick<pg.Pool, "options">;
  queue: Pick<JobQueue, "sendMany">;
  clock: Clock;
  log: Logger;
  metrics: Pick<Metrics, "webhooks">;
  own: Own;
}

/** One delivery whose signature was found good. */
export interface SignedDelivery {
  /** `X-GitHub-Delivery`, a UUID. */
  guid: string;
  /** `X-GitHub-Event`. */
  event: string;
  payload: object;
  /** In hex. */
  bodySha256: string;
  requestId: string;
}

export interface WebhookIntake {
  /** Reads what is kept of a delivery; its payload, which may be large, is let go of before anything is waited for. */
  read(delivery: SignedDelivery): Promise<{
    /**
     * Stores it and enqueues what it asks for; both are durable once it resolves. Never asks GitHub anything.
     * @throws AppError DATABASE_UNAVAILABLE, QUEUE_UNAVAILABLE: GitHub has to send it again
     */
    store(): Promise<Outcome>;
  }>;
  /** Counts a request that was not taken in. */
  refused(): void;
  /** Closes its connections, once nothing is being stored. */
  close(): Promise<void>;
}

const EVENT_NAMES: ReadonlySet<string> = new Set(emitterEventNames);

export const createWebhookIntake = async (deps: IntakeDeps): Promise<WebhookIntake> => {
  const { clock, metrics } = deps;
  const translate = await createTranslateEvent(deps);
  const pipeline = openPipeline(deps.pool, LANES);
  const storeAll = createStoreDeliveries({ ...deps, pipeline });
  const batches = createBatches<Delivery, Stored>({
    runAll: (deliveries) => inTime(clock, storeAll(deliveries)),
    keyOf: ({ guid }) => guid,
    concernsAll: (error) => isTooSlow(error) || isDatabaseUnavailable(error),
    items_max: BATCH_DELIVERIES_MAX,
    lanes: LANES,
    waiting_max: WAITING_MAX,
    refusal: tooSlow,
  });
  // Names come from outside; GitHub's own are few.
  const count = (event: string, outcome: string) =>
    metrics.webhooks.inc({ event: EVENT_NAMES.has(event) ? event : "unknown", outcome });

  const read: WebhookIntake["read"] = async ({ payload, ...given }) => {
    const guid = given.guid.toLowerCase();
    const facts = readFacts(payload);
    const wanted = await translate({ id: guid, name: given.event, payload }, facts.action);
    const delivery = { ...given, ...facts, guid, wanted, receivedAt: new Date(clock.now()) };
    return { store: () => store(delivery) };
  };

  const store = async (delivery: Delivery): Promise<Outcome> => {
    const { outcome, differs } = await batches.run(delivery);
    const { guid, event, requestId } = delivery;
    count(event, outcome);
    if (differs) {
      const about = { delivery_id: guid, github_event: event, request_id: requestId };
      deps.log.warn(about, "GitHub's delivery id came again with another body");
    }
    return outcome;
  };

  return { read, refused: () => count("unknown", "refused"), close: pipeline.close };
};

const tooSlow = () =>
  new AppError("DATABASE_UNAVAILABLE", "The database takes more time than GitHub gives. Deliver it again.");

const isTooSlow = (error: unknown) => error instanceof AppError && error.code === "DATABASE_UNAVAILABLE";

const IN_TIME = "in time";

const inTime = async <T>(clock: Clock, work: Promise<T>): Promise<T> => {
  const done = new AbortController();
  const expired = clock.sleep(STORE_TIMEOUT_MS, done.signal).then(() => {
    throw tooSlow();
  });
  expired.catch(() => undefined);
  try {
    return await Promise.race([work, expired]);
  } finally {
    // With a reason of its own: the one Node would make has a stack.
    done.abort(IN_TIME);
  }
};
