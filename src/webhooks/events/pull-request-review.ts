import { z } from "zod";
import type { EventHandler } from "../event-handler.ts";
import { pullPart, withId } from "../payload-parts.ts";
import { pullSaid } from "../pull-said.ts";

const payloadSchema = z.object({ repository: withId, pull_request: pullPart });

/** Reviews are folded into the mirrored state. */
export const pullRequestReview: EventHandler = {
  on: ["pull_request_review.submitted", "pull_request_review.edited", "pull_request_review.dismissed"],
  translate: (given) => {
    const { data: payload } = payloadSchema.safeParse(given);
    if (payload === undefined) return [];
    const subject = { repository_id: payload.repository.id, number: payload.pull_request.number };
    return [{ kind: "mirror_pr", subject, said: pullSaid(payload.pull_request) }];
  },
};
