import { userAnswer } from "../../answers/account.ts";
import { accountById, fullName } from "../../state/lookup.ts";
import type { InstallationRecord } from "../../state/model.ts";
import type { HookEvent } from "../hook-event.ts";
import { type PayloadContext, repositorySurroundings } from "./parts.ts";

type Event = Extract<HookEvent, { event: "status" }>;

/** https://docs.github.com/webhooks/webhook-events-and-payloads#status; `commit` and `branches` come from git. */
export function statusPayload(
  context: PayloadContext,
  event: Event,
  installation: InstallationRecord,
): object {
  const { site, state } = context;
  const { repository, status } = event;
  const creator = userAnswer(site, accountById(state, status.creator_id));
  return {
    id: status.id,
    sha: status.sha,
    name: fullName(state, repository),
    avatar_url: creator.avatar_url,
    target_url: status.target_url,
    context: status.context,
    description: status.description,
    state: status.state,
    commit: null,
    branches: [],
    created_at: status.created_at,
    updated_at: status.updated_at,
    ...repositorySurroundings(context, { ...event, installation }),
  };
}
