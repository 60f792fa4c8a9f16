import type { InstallationRecord } from "../../state/model.ts";
import type { HookEvent } from "../hook-event.ts";
import { type PayloadContext, repositorySurroundings } from "./parts.ts";
import { pullPart } from "./pull-parts.ts";

type Event = Extract<HookEvent, { event: "pull_request" }>;

/** https://docs.github.com/webhooks/webhook-events-and-payloads#pull_request */
export function pullRequestPayload(
  context: PayloadContext,
  event: Event,
  installation: InstallationRecord,
): object {
  const { action, repository, pull } = event;
  return {
    action,
    number: pull.number,
    ...(action === "synchronize" ? { before: event.before, after: pull.head_sha } : {}),
    ...(action === "edited" ? { changes: changesOf(event.from ?? {}) } : {}),
    pull_request: pullPart(context, repository, pull),
    ...repositorySurroundings(context, { ...event, installation }),
  };
}

function changesOf(from: { title?: string; body?: string | null; base?: { ref: string; sha: string } }) {
  const { title, body, base } = from;
  return {
    ...(title === undefined ? {} : { title: { from: title } }),
    // An empty body is null in the pull request and an empty text in here.
    ...(body === undefined ? {} : { body: { from: body ?? "" } }),
    ...(base === undefined ? {} : { base: { ref: { from: base.ref }, sha: { from: base.sha } } }),
  };
}
