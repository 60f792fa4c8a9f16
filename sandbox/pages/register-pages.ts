import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { z } from "zod";
import { GitHubError } from "../github-error.ts";
import type { People } from "../people.ts";
import { registerPullActions } from "../routes/pull-actions.ts";
import { FOUNDER } from "../state/founder.ts";
import { repositoryByName } from "../state/lookup.ts";
import type { RepositoryRecord } from "../state/model.ts";
import type { WorldDeps } from "../world/create-world.ts";
import { UnknownNameError } from "../world/find.ts";
import type { RepositoryView, World } from "../world.ts";
import { registerAccountActions, registerRepositoryActions } from "./account-actions.ts";
import { accountPage } from "./account-page.ts";
import { blobAnswer } from "./blob-answer.ts";
import { collectAccount, collectPull } from "./collect.ts";
import { html } from "./html.ts";
import { indexPage, repositoryPage } from "./index-page.ts";
import { layout, STYLE } from "./layout.ts";
import { leafOf } from "./leaf.ts";
import { pullPage } from "./pull-page.ts";

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

    const withPulls = async (repository: RepositoryView) => {
      return { repository, pulls: await world.pulls(repository.id) };
    };
    scope.get("/", async (request, reply) => {
      const { items, ...leaf } = leafOf(world.repositories(), query(request, "page"));
      const owners = deps.store.state.accounts.filter(({ type }) => type !== "Bot").map(({ login }) => login);
      return page(reply, indexPage(owners, { ...leaf, items: await Promise.all(items.map(withPulls)) }));
    });
    scope.get("/:owner", (request, reply) => {
      const { owner = "" } = request.params as Record<string, string>;
      return page(reply, accountPage(collectAccount(deps, owner, query(request, "page")), personOf(request)));
    });
    // Where an installation's own address on GitHub leads.
    scope.get("/organizations/:login/settings/installations/:id", (request, reply) =>
      reply.redirect(`/${(request.params as Record<string, string>).login}`, 302),
    );
    scope.get("/:owner/:repo", async (request, reply) => {
      const found = named(deps, request);
      if (found.kind === "renamed")
        return reply.redirect(world.repository(found.repository.id).html_url, 301);
      const repository = world.repository(found.repository.id);
      return page(reply, repositoryPage(await withPulls(repository), personOf(request)));
    });
    scope.get("/:owner/:repo/pull/:number", async (request, reply) => {
      const found = named(deps, request);
      const { number = "" } = request.params as Record<string, string>;
      if (found.kind === "renamed")
        return reply.redirect(`${world.repository(found.repository.id).html_url}/pull/${number}`, 301);
      const shown = await collectPull(deps, found.repository, Number(number));
      return page(reply, pullPage(shown, { person: personOf(request), editing: query(request, "edit") }));
    });
    scope.get("/:owner/:repo/blob/*", (request, reply) =>
      blobAnswer(deps.repositories.git(named(deps, request).repository), request, reply),
    );

    // Back to the page, as a form expects, with the same person at its buttons.
    const back = (request: FastifyRequest, reply: FastifyReply): FastifyReply => {
      const { person } = (request.body ?? {}) as { person?: string };
      const as = person === undefined || person === FOUNDER ? "" : `?as=${encodeURIComponent(person)}`;
      return reply.redirect(request.url.replace(/\/[^/]+$/, "") + as, 303);
    };
    registerAccountActions(scope, world);
    registerRepositoryActions(scope, world, people);
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

const query = (request: FastifyRequest, name: string): string | undefined => {
  const value = (request.query as Record<string, string | string[]>)[name];
  return typeof value === "string" && value !== "" ? value : undefined;
};
const personOf = (request: FastifyRequest): string => query(request, "as") ?? FOUNDER;

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
