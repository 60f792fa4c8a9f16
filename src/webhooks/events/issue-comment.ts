import { z } from "zod";
import { markOf } from "../../proposals/pr-text/marker.ts";
import type { EventHandler } from "../event-handler.ts";
import { appPart } from "../own-check.ts";
import { githubId, pullNumber, withId } from "../payload-parts.ts";

const payloadSchema = z.object({
  repository: withId,
  issue: z.object({ number: pullNumber, pull_request: z.object({}) }),
  comment: z.object({
    id: githubId,
    body: z.string(),
    user: z.object({ login: z.string(), type: z.string() }),
    performed_via_github_app: appPart,
  }),
});

const COMMAND = /^\s*\/relyloop(?:\s|$)/;

/**
 * A comment on a pull request that begins like a command of ours, written by anybody but a bot: who may give one, and
 * what it says, the job reads on GitHub. And a marked one of our own: GitHub may have taken it in only after its sender was
 * given up, so that it is one too many.
 */
export const issueComment: EventHandler = {
  on: ["issue_comment.created"],
  translate: (given, own) => {
    const { data: payload } = payloadSchema.safeParse(given);
    if (payload === undefined) return [];
    const { id: comment_id, body, user, performed_via_github_app: app } = payload.comment;
    const subject = { repository_id: payload.repository.id, number: payload.issue.number };
    if (own.appId !== null && app?.id === own.appId) {
      return markOf(body) === null ? [] : [{ kind: "tidy_comments", subject, comment_id }];
    }
    if (!COMMAND.test(body) || user.type === "Bot" || user.login.endsWith("[bot]")) return [];
    return [{ kind: "run_command", subject, comment_id }];
  },
};
