import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { z } from "zod";
import { GitHubError } from "../github-error.ts";
import type { People } from "../people.ts";
import { registerPullActions } from "../routes/pull-actions.ts";
import { accountById, repositoryByName } from "../state/lookup.ts";
import type { RepositoryRecord } from "../state/model.ts";
import type { WorldDeps } from "../world/create-world.ts";
import { UnknownNameError } from "../world/find.ts";
import type { World } from "../world.ts";
import { blobAnswer } from "./blob-answer.ts";
import { html } from "./html.ts";
import { indexPage } from "./index-page.ts";
import { layout, STYLE } from "./layout.ts";
import { pullPage, type ShownPull } from "./pull-page.ts";

/** Nothing but our own style sheet and images; forms only to ourselves. */
const CONTENT_SECURITY_POLICY =
  "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

const AVATAR = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><circle cx="4" cy="4" r="4" fill="#888"/></svg>`;

/** The pages people look at: an index, one per repository, one per pull request, and files. */
export function registerPages(
  app: FastifyInstance,
  deps: WorldDeps & { world: World },
  people: People,
): void {
  const { world } = deps;
  app.register(async (scope) => {
    scope.addHook("onSend", async (_request, reply) => {
      reply.headers({ "x-content-type-options": "nosniff", "referrer-policy": "same-origin" });
      if (!reply.hasHeader("content-security-policy"))
        reply.header("content-security-policy", CONTENT_SECURITY_POLICY);
    });
    scope.setErrorHandler(answerError);

    scope.get("/_sandbox/style.css", (_request, reply) => reply.type("text/css").send(STYLE));
    scope.get("/_sandbox/avatar.svg", (_request, reply) => reply.type("image/svg+xml").send(AVATAR));

    scope.get("/", async (_request, reply) => {
      const entries = world
        .repositories()
        .map(async (repository) => ({ repository, pulls: await world.pulls(repository.id) }));
      return page(reply, indexPage("Repositories", await Promise.all(entries)));
    });
    scope.get("/:owner/:repo", async (request, reply) => {
      const found = named(deps, request);
      if (found.kind === "renamed")
        return reply.redirect(world.repository(found.repository.id).html_url, 301);
      const repository = world.repository(found.repository.id);
      return page(
        reply,
        indexPage(repository.full_name, [{ repository, pulls: await world.pulls(repository.id) }]),
      );
    });
    scope.get("/:owner/:repo/pull/:number", async (request, reply) => {
      const found = named(deps, request);
      const { number = "" } = request.params as Record<string, string>;
      if (found.kind === "renamed")
        return reply.redirect(`${world.repository(found.repository.id).html_url}/pull/${number}`, 301);
      return page(reply, pullPage(await collect(deps, found.repository, Number(number))));
    });
    scope.get("/:owner/:repo/blob/*", (request, reply) =>
      blobAnswer(deps.repositories.git(named(deps, request).repository), request, reply),
    );

    // Back to the page, as a form expects.
    const back = (request: FastifyRequest, reply: FastifyReply): FastifyReply =>
      reply.redirect(request.url.replace(/\/[^/]+$/, ""), 303);
    registerPullActions(scope, people, back, "/:owner/:repo/pull/:number");
  });
}

function named(
  { store }: WorldDeps,
  request: FastifyRequest,
): { kind: "found" | "renamed"; repository: RepositoryRecord } {
  const { owner = "", repo = "" } = request.params as Record<string, string>;
  const found = repositoryByName(store.state, owner, repo);
  if (found.kind === "missing") throw new UnknownNameError(`repository ${owner}/${repo}`);
  return found;
}

async function collect(
  deps: WorldDeps & { world: World },
  repository: RepositoryRecord,
  number: number,
): Promise<ShownPull> {
  const { store, world, repositories } = deps;
  const { state } = store;
  const pull = (await world.pulls(repository.id)).find((candidate) => candidate.number === number);
  if (!pull) throw new UnknownNameError(`pull request ${number}`);
  const git = repositories.git(repository);
  const mine = (other: { repository_id: number }): boolean => other.repository_id === repository.id;
  const statuses = state.statuses.filter((status) => mine(status) && status.sha === pull.head.sha);
  return {
    repository: world.repository(repository.id),
    pull,
    commits: await git.commits(pull.base.sha, pull.head.sha),
    files: await git.changes(pull.base.sha, pull.head.sha),
    checks: state.check_runs.filter((run) => mine(run) && run.head_sha === pull.head.sha),
    statuses: [...new Map(statuses.map((status) => [status.context, status])).values()],
    reviews: state.reviews
      .filter((review) => mine(review) && review.number === number)
      .map(({ user_id, state: verdict, body, submitted_at }) => {
        const words = verdict.toLowerCase().replace("_", " ");
        return { user: accountById(state, user_id).login, state: words, body, at: submitted_at };
      }),
    comments: await world.comments(repository.id, number),
  };
}

const page = (reply: FastifyReply, text: string): FastifyReply =>
  reply.type("text/html; charset=utf-8").send(text);

function answerError(error: unknown, _request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const [status, message] = describe(error);
  return page(
    reply.code(status),
    layout(message, html`<h1>${message}</h1><p><a href="/">All repositories</a></p>`),
  );
}

function describe(error: unknown): [status: number, message: string] {
  if (error instanceof UnknownNameError) return [404, error.message];
  if (error instanceof GitHubError) return [error.status, error.problems?.[0]?.message ?? error.message];
  if (error instanceof z.ZodError) return [422, z.prettifyError(error)];
  const status = (error as { statusCode?: number }).statusCode ?? 500;
  return [status, error instanceof Error ? error.message : String(error)];
}
