import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { z } from "zod";
import { CONCLUSIONS } from "../checks/check-runs.ts";
import type { People } from "../people.ts";
import { REACTIONS } from "../state/model.ts";
import { HeadPushBody } from "./control-bodies.ts";

const person = z.string().min(1).exactOptional();
/** A form sends what is not filled in as an empty text. */
const text = z.preprocess((value) => (value === "" ? undefined : value), z.string().optional());
const word = z.string().min(1).exactOptional();
const id = z.coerce.number().int();
/** A form's checkbox sends `on`. */
const flag = z.union([z.boolean(), z.literal("on").transform(() => true)]).exactOptional();

const Acting = z.object({ person });
const MergeBody = z.object({ person, method: z.enum(["merge", "squash"]).default("merge") });
const EditBody = z.object({
  person,
  title: z.string().exactOptional(),
  body: z.string().nullable().exactOptional(),
  base: word,
});
const ResetBody = z.object({
  person,
  to: z
    .string()
    .regex(/^[0-9a-f]{40}$/)
    .exactOptional(),
});
const CommentBody = z.object({ person, body: z.string() });
const EditCommentBody = z.object({ person, comment: id, body: z.string() });
const CommentIdBody = z.object({ person, comment: id });
const ReactionBody = z.object({ person, comment: id, content: z.enum(REACTIONS) });
const ReviewBody = z.object({
  person,
  state: z.enum(["approved", "changes_requested", "commented"]),
  body: z.string().default(""),
});
const DismissBody = z.object({ person, review: id });
const StatusBody = z.object({
  person,
  state: z.enum(["pending", "success", "failure", "error"]),
  context: word,
  description: z.string().exactOptional(),
});
const CheckBody = z.object({
  app: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]*$/)
    .exactOptional(),
  name: word,
  status: z.enum(["queued", "in_progress", "completed"]).exactOptional(),
  conclusion: z.enum(CONCLUSIONS).exactOptional(),
  title: z.string().exactOptional(),
  summary: z.string().exactOptional(),
});
const RerunBody = z.object({ person, check_run: id });

export const OpenPullBody = z
  .object({ person, title: z.string(), head: z.string(), base: text, body: text, draft: flag })
  .transform(({ base, body, ...rest }) => {
    return { ...rest, ...(base === undefined ? {} : { base }), ...(body === undefined ? {} : { body }) };
  });

type Finish = (request: FastifyRequest, reply: FastifyReply, result: unknown) => FastifyReply;
type Act<Body> = (repository: string, number: number, body: Body) => Promise<unknown>;

/**
 * What people do on a pull request's page, once as a JSON API and once as the targets of the page's forms. `finish`
 * answers when it is done.
 * @param path of one pull request; `:owner`, `:repo` and `:number` are its parameters.
 */
export function registerPullActions(
  scope: FastifyInstance,
  people: People,
  finish: Finish,
  path = "/repositories/:owner/:repo/pulls/:number",
): void {
  function on<Schema extends z.ZodType>(action: string, schema: Schema, act: Act<z.infer<Schema>>): void {
    scope.post(`${path}/${action}`, async (request, reply) => {
      const { owner, repo, number } = request.params as Record<string, string>;
      const body = schema.parse(request.body ?? {});
      return finish(request, reply, await act(`${owner}/${repo}`, Number(number), body));
    });
  }
  const sha = async (made: Promise<string>): Promise<{ sha: string }> => ({ sha: await made });

  on("merge", MergeBody, (repository, number, body) => sha(people.mergePull(repository, number, body)));
  on("close", Acting, people.closePull);
  on("reopen", Acting, people.reopenPull);
  on("convert-to-draft", Acting, people.convertToDraft);
  on("ready-for-review", Acting, people.readyForReview);
  on("edit", EditBody, people.editPull);

  on("push-to-head", HeadPushBody, (repository, number, body) =>
    sha(people.pushToHead(repository, number, body)),
  );
  on("push-to-base", Acting, (repository, number, body) => sha(people.pushToBase(repository, number, body)));
  on("reset-head", ResetBody, people.resetHead);
  on("delete-branch", Acting, people.deleteHeadBranch);
  on("restore-branch", Acting, people.restoreHeadBranch);

  on("comments", CommentBody, people.commentOnPull);
  on("edit-comment", EditCommentBody, (repository, _number, { comment, ...body }) =>
    people.editComment(repository, comment, body),
  );
  on("delete-comment", CommentIdBody, (repository, _number, { comment, ...by }) =>
    people.deleteComment(repository, comment, by),
  );
  on("react", ReactionBody, (repository, _number, { comment, ...body }) =>
    people.reactToComment(repository, comment, body),
  );
  on("reviews", ReviewBody, people.reviewPull);
  on("dismiss-review", DismissBody, (repository, number, { review, ...by }) =>
    people.dismissReview(repository, number, review, by),
  );

  on("statuses", StatusBody, people.setStatus);
  on("checks", CheckBody, people.reportCheck);
  on("rerun-check", RerunBody, (repository, _number, { check_run, ...by }) =>
    people.rerunCheck(repository, check_run, by),
  );
  on("rerun-checks", Acting, people.rerunChecks);
}
