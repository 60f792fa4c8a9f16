import { z } from "zod";
import type { EventHandler } from "../event-handler.ts";
import { appPart, isOwnCheck } from "../own-check.ts";
import { commitSha, withId } from "../payload-parts.ts";

const payloadSchema = z.object({
  action: z.string(),
  repository: withId,
  check_run: z.object({ name: z.string(), head_sha: commitSha, app: appPart }),
});

/** Checks of others are folded into the mirrored state. Of our own, only the button "Re-run" means anything to us. */
export const checkRun: EventHandler = {
  on: ["check_run.created", "check_run.completed", "check_run.rerequested"],
  translate: (given, own) => {
    const { data: payload } = payloadSchema.safeParse(given);
    if (payload === undefined) return [];
    const subject = { repository_id: payload.repository.id, sha: payload.check_run.head_sha };
    if (!isOwnCheck(payload.check_run, own)) return [{ kind: "mirror_pr", subject, said: null }];
    return payload.action === "rerequested" ? [{ kind: "refresh_check", subject, body: false }] : [];
  },
};
