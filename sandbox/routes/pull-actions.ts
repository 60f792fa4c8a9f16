import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { z } from "zod";
import type { People } from "../people.ts";

const Person = z.string().min(1).default("alice");
const Acting = z.object({ person: Person });

const MergeBody = z.object({ person: Person, method: z.enum(["merge", "squash"]).default("merge") });
const ReviewBody = z.object({
  person: Person,
  state: z.enum(["approved", "changes_requested", "commented"]),
  body: z.string().default(""),
});
const CommentBody = z.object({ person: Person, body: z.string() });
const StatusBody = z.object({
  person: Person,
  state: z.enum(["pending", "success", "failure", "error"]),
  context: z.string().min(1).default("ci/build"),
  description: z.string().default(""),
});

type Finish = (request: FastifyRequest, reply: FastifyReply, result: unknown) => FastifyReply;

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
  const on = (
    action: string,
    act: (repository: string, number: number, body: unknown) => Promise<unknown>,
  ): void => {
    scope.post(`${path}/${action}`, async (request, reply) => {
      const { owner, repo, number } = request.params as Record<string, string>;
      return finish(request, reply, await act(`${owner}/${repo}`, Number(number), request.body ?? {}));
    });
  };
  on("merge", async (repository, number, body) => {
    return { sha: await people.mergePull(repository, number, MergeBody.parse(body)) };
  });
  on("close", (repository, number, body) => people.closePull(repository, number, Acting.parse(body)));
  on("reopen", (repository, number, body) => people.reopenPull(repository, number, Acting.parse(body)));
  on("reviews", (repository, number, body) => people.reviewPull(repository, number, ReviewBody.parse(body)));
  on("comments", (repository, number, body) =>
    people.commentOnPull(repository, number, CommentBody.parse(body)),
  );
  on("statuses", (repository, number, body) => people.setStatus(repository, number, StatusBody.parse(body)));
  on("push-to-base", async (repository, number, body) => {
    return { sha: await people.pushToBase(repository, number, Acting.parse(body)) };
  });
}
