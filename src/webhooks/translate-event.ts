import type { EmitterWebhookEvent } from "@octokit/webhooks";
import type { Logger } from "pino";
import { Probot } from "probot";
import type { Own } from "./event-handler.ts";
import { isHandled } from "./handlers.ts";
import { OfflineOctokit } from "./offline-octokit.ts";
import { createProbotApp, type ReceivedEvent } from "./probot-app.ts";
import type { WantedJob } from "./wanted-job.ts";

/** @returns what the event asks for; null: nothing listens to it */
export type TranslateEvent = (event: ReceivedEvent, action: string | null) => Promise<WantedJob[] | null>;

/** Probot insists on credentials; ours stay where requests are made from. */
const NO_PRIVATE_KEY = "handlers send no requests";
const NO_APP_ID = 1;

/** Loads the Probot application for our own server, which verifies, stores and answers by itself. */
export const createTranslateEvent = async ({
  own,
  log,
}: {
  own: Own;
  log: Logger;
}): Promise<TranslateEvent> => {
  const probot = new Probot({
    appId: own.appId ?? NO_APP_ID,
    privateKey: NO_PRIVATE_KEY,
    Octokit: OfflineOctokit as never,
    log: withoutPayloads(log),
  });
  await probot.ready();

  // A payload is an object of its own for each delivery, so what is asked for it can't be mixed up with another's.
  const asked = new Map<unknown, WantedJob[]>();
  const ask = ({ payload }: ReceivedEvent, wanted: WantedJob[]) => void asked.get(payload)?.push(...wanted);
  await probot.load(createProbotApp({ own, ask }));

  return async (event, action) => {
    // Probot keeps handlers in a plain object: a name nobody listens to must not be looked up in it.
    if (!isHandled(event.name, action)) return null;
    const wanted: WantedJob[] = [];
    asked.set(event.payload, wanted);
    try {
      await probot.webhooks.receive(event as EmitterWebhookEvent);
    } finally {
      asked.delete(event.payload);
    }
    return wanted;
  };
};

/**
 * Octokit's webhooks hang the event on an error of a handler, and Probot logs that. It also makes a logger for each
 * event, which costs more than the handler; here all of them are the same one.
 */
const withoutPayloads = (log: Logger): Logger => {
  const serializers = { err: ({ name, message, stack }: Error) => ({ type: name, message, stack }) };
  const quiet = log.child({ source: "probot" }, { serializers });
  quiet.child = () => quiet as never;
  return quiet;
};
