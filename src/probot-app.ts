import { createHash } from "node:crypto";
import type { Logger } from "pino";
import type { ApplicationFunction } from "probot";
import { type Config, loadConfig } from "./config.ts";
import { openPipeline } from "./db/pipeline.ts";
import { openDatabase } from "./open-database.ts";
import { openJobQueue } from "./queue/job-queue.ts";
import { readFacts } from "./webhooks/delivery.ts";
import { isHandled } from "./webhooks/handlers.ts";
import { createProbotApp, type ReceivedEvent } from "./webhooks/probot-app.ts";
import { createStoreDeliveries } from "./webhooks/store-deliveries.ts";
import type { WantedJob } from "./webhooks/wanted-job.ts";
import { createWhileUsed } from "./webhooks/while-used.ts";

/**
 * The entrance for Probot's own tools, which ask for a default export:
 *
 *   probot receive -e pull_request -p payload.json ./src/probot-app.ts
 *   probot run ./src/probot-app.ts
 *
 * An event is stored and leads to jobs as it does when it arrives at the service, with the same settings; a worker of
 * the service does them. The database is open only while there is an event, so that the tool can end.
 */
const probotApp: ApplicationFunction = (probot, options) => {
  const config = loadConfig(process.env);
  const own = { appId: config.github.kind === "app" ? config.github.appId : null };
  const whileUsed = createWhileUsed(() => open(config, probot.log));
  const keep = (event: ReceivedEvent, wanted: WantedJob[] | null) =>
    whileUsed(async ({ store }) => {
      const [stored] = await store([deliveryOf(event, wanted)]);
      probot.log.info({ outcome: stored?.outcome, jobs: stored?.jobs.size }, "webhook delivery taken in");
    });

  createProbotApp({ own, ask: keep })(probot, options);
  probot.onAny(async ({ id, name, payload }: ReceivedEvent) => {
    const { action } = readFacts(payload as object);
    if (!isHandled(name, action)) await keep({ id, name, payload }, null);
  });
};

const open = async (config: Config, log: Logger) => {
  await using opening = new AsyncDisposableStack();
  const database = await openDatabase(config, log);
  opening.defer(() => database.close());
  const queue = await openJobQueue({ connection: database.connection, supervise: false, log });
  opening.defer(() => queue.stop());
  const pipeline = openPipeline(database.pool, 1);
  opening.defer(() => pipeline.close());
  const opened = opening.move();
  return {
    store: createStoreDeliveries({ pipeline, queue }),
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
};

/** The bytes GitHub signed are not known any more here. */
const deliveryOf = ({ id, name, payload }: ReceivedEvent, wanted: WantedJob[] | null) => ({
  guid: id.toLowerCase(),
  event: name,
  ...readFacts(payload as object),
  bodySha256: createHash("sha256").update(JSON.stringify(payload)).digest("hex"),
  receivedAt: new Date(),
  requestId: id,
  wanted,
});

export default probotApp;
