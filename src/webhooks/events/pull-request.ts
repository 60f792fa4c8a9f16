import { z } from "zod";
import type { EventHandler } from "../event-handler.ts";
import { pullPart, withId } from "../payload-parts.ts";
import { pullSaid } from "../pull-said.ts";
import type { WantedJob } from "../wanted-job.ts";

const payloadSchema = z.object({ action: z.string(), repository: withId, pull_request: pullPart });

/** Every change of what is mirrored; new commits need a check of their own. */
export const pullRequest: EventHandler = {
  on: [
    "pull_request.opened",
    "pull_request.closed",
    "pull_request.reopened",
    "pull_request.edited",
    "pull_request.converted_to_draft",
    "pull_request.ready_for_review",
    "pull_request.synchronize",
  ],
  translate: (given) => {
    const { data: payload } = payloadSchema.safeParse(given);
    if (payload === undefined) return [];
    const subject = { repository_id: payload.repository.id, number: payload.pull_request.number };
    const mirror: WantedJob = { kind: "mirror_pr", subject, said: pullSaid(payload.pull_request) };
    return payload.action === "synchronize"
      ? [mirror, { kind: "refresh_check", subject, body: false }]
      : [mirror];
  },
};
