import { z } from "zod";
import type { EventHandler } from "../event-handler.ts";
import { commitSha, withId } from "../payload-parts.ts";

const payloadSchema = z.object({ repository: withId, sha: commitSha });

/** Results of CI that uses commit statuses; the event has no actions. */
export const status: EventHandler = {
  on: ["status"],
  translate: (given) => {
    const { data: payload } = payloadSchema.safeParse(given);
    if (payload === undefined) return [];
    const subject = { repository_id: payload.repository.id, sha: payload.sha };
    return [{ kind: "mirror_pr", subject, said: null }];
  },
};
