import { z } from "zod";
import type { EventHandler } from "../event-handler.ts";
import { githubId, pullNumber, withId } from "../payload-parts.ts";

const payloadSchema = z.object({
  repository: withId,
  issue: z.object({ number: pullNumber, pull_request: z.object({}) }),
  comment: z.object({
    id: githubId,
    body: z.string(),
    user: z.object({ login: z.string(), type: z.string() }),
  }),
});

const COMMAND = /^\s*\/relyloop(?:\s|$)/;

/**
 * A comment on a pull request that begins like a command of ours, written by anybody but a bot. Who may give one, and
 * what it says, the job reads on GitHub.
 */
export const issueComment: EventHandler = {
  on: ["issue_comment.created"],
  translate: (given) => {
    const { data: payload } = payloadSchema.safeParse(given);
    if (payload === undefined || !COMMAND.test(payload.comment.body)) return [];
    const { login, type } = payload.comment.user;
    if (type === "Bot" || login.endsWith("[bot]")) return [];
    const subject = { repository_id: payload.repository.id, number: payload.issue.number };
    return [{ kind: "run_command", subject, comment_id: payload.comment.id }];
  },
};
