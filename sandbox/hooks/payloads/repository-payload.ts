import { userAnswer } from "../../answers/account.ts";
import type { InstallationRecord } from "../../state/model.ts";
import type { HookEvent } from "../hook-event.ts";
import { type PayloadContext, repositorySurroundings } from "./parts.ts";

type Event = Extract<HookEvent, { event: "repository" }>;

/** https://docs.github.com/webhooks/webhook-events-and-payloads#repository */
export function repositoryPayload(
  context: PayloadContext,
  event: Event,
  installation: InstallationRecord,
): object {
  const changes = changesOf(context, event);
  return {
    action: event.action,
    ...(changes ? { changes } : {}),
    ...repositorySurroundings(context, { ...event, installation }),
  };
}

function changesOf({ site }: PayloadContext, { action, from = {} }: Event): object | null {
  switch (action) {
    case "renamed":
      return { repository: { name: { from: from.name } } };
    case "transferred":
      // GitHub says `organization` where one had it; its published schema knows `user` alone.
      return { owner: { from: from.owner ? { user: userAnswer(site, from.owner) } : {} } };
    case "edited":
      return from.default_branch === undefined ? {} : { default_branch: { from: from.default_branch } };
    case "created":
    case "archived":
    case "unarchived":
    case "deleted":
      return null;
    default:
      return action satisfies never;
  }
}
