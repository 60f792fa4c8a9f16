import { z } from "zod";
import type { EventHandler } from "../event-handler.ts";
import { appPart } from "../own-check.ts";
import { commitSha, withId } from "../payload-parts.ts";

const payloadSchema = z.object({
  action: z.string(),
  repository: withId,
  check_suite: z.object({ head_sha: commitSha, app: appPart }),
});

/**
 * A suite that completes says that its runs are to be read again. GitHub tells an app of the button "Re-run all" for
 * its own suite only, and our suite holds nothing but our check.
 */
export const checkSuite: EventHandler = {
  on: ["check_suite.completed", "check_suite.rerequested"],
  translate: (given, own) => {
    const { data: payload } = payloadSchema.safeParse(given);
    if (payload === undefined) return [];
    const subject = { repository_id: payload.repository.id, sha: payload.check_suite.head_sha };
    if (payload.action === "rerequested") return [{ kind: "refresh_check", subject, body: false }];
    const isOwn = own.appId !== null && payload.check_suite.app?.id === own.appId;
    return isOwn ? [] : [{ kind: "mirror_pr", subject, said: null }];
  },
};
