import { userAnswer } from "../../answers/account.ts";
import type { HookEvent } from "../hook-event.ts";
import { type PayloadContext, surroundings } from "./parts.ts";

type Event = Extract<HookEvent, { event: "installation_target" }>;

/** https://docs.github.com/webhooks/webhook-events-and-payloads#installation_target */
export function installationTargetPayload(context: PayloadContext, event: Event): object {
  const { account } = event;
  return {
    action: event.action,
    account: userAnswer(context.site, account),
    changes: { login: { from: event.from } },
    target_type: account.type,
    ...surroundings(context, event),
  };
}
