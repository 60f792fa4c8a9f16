import { userAnswer } from "../../answers/account.ts";
import type { HookEvent } from "../hook-event.ts";
import { installationPart, namedRepositories, type PayloadContext } from "./parts.ts";

type Event = Extract<HookEvent, { event: "installation" }>;

/** https://docs.github.com/webhooks/webhook-events-and-payloads#installation */
export function installationPayload(context: PayloadContext, event: Event): object {
  const named = event.action === "created" || event.action === "deleted";
  return {
    action: event.action,
    installation: installationPart(context, event.installation),
    ...(named ? { repositories: namedRepositories(context, event.repositories) } : {}),
    // Only an installation that somebody asked an owner for names who did.
    ...(event.action === "created" ? {} : { requester: null }),
    sender: userAnswer(context.site, event.sender),
  };
}
