import { reviewAnswer } from "../../answers/pull.ts";
import type { InstallationRecord } from "../../state/model.ts";
import type { HookEvent } from "../hook-event.ts";
import { type PayloadContext, repositorySurroundings } from "./parts.ts";
import { simplePullPart } from "./pull-parts.ts";

type Event = Extract<HookEvent, { event: "pull_request_review" }>;

/** https://docs.github.com/webhooks/webhook-events-and-payloads#pull_request_review */
export function pullRequestReviewPayload(
  context: PayloadContext,
  event: Event,
  installation: InstallationRecord,
): object {
  const { repository, pull, review } = event;
  const answer = reviewAnswer(context.site, context.state, repository, review);
  return {
    action: event.action,
    // Here states are in lower case, in the REST API in upper case; and nothing said is null.
    review: { ...answer, state: answer.state.toLowerCase(), body: answer.body === "" ? null : answer.body },
    pull_request: simplePullPart(context, repository, pull),
    ...repositorySurroundings(context, { ...event, installation }),
  };
}
