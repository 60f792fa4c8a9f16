import { userAnswer } from "../../answers/account.ts";
import type { HookEvent } from "../hook-event.ts";
import { installationPart, namedRepositories, type PayloadContext } from "./parts.ts";

type Event = Extract<HookEvent, { event: "installation_repositories" }>;

/** https://docs.github.com/webhooks/webhook-events-and-payloads#installation_repositories */
export function installationRepositoriesPayload(context: PayloadContext, event: Event): object {
  const repositories = namedRepositories(context, event.repositories);
  return {
    action: event.action,
    installation: installationPart(context, event.installation),
    repository_selection: event.installation.repository_selection,
    repositories_added: event.action === "added" ? repositories : [],
    repositories_removed: event.action === "removed" ? repositories : [],
    requester: null,
    sender: userAnswer(context.site, event.sender),
  };
}
