import { createHash, randomUUID } from "node:crypto";
import type { FastifyInstance, FastifyReply, FastifyRequest, HTTPMethods } from "fastify";
import type { Access, InstallationAccess, Needs, RepositoryAccess } from "../auth/access.ts";
import { RenamedError } from "../auth/access.ts";
import type { Exchange } from "../exchange.ts";
import { DOCUMENTATION_URL, GitHubError, notFound } from "../github-error.ts";
import type { Site } from "../site.ts";
import { type Answer, type Call, callOf } from "./call.ts";
import type { RateLimit } from "./rate-limit.ts";

const PREFIX = "/api/v3";
const BODY_BYTES_MAX = 10 * 1024 * 1024;

type Handler<C> = (call: C) => Promise<Answer> | Answer;
type Register<C> = (method: HTTPMethods, path: string, handler: Handler<C>) => void;

/** Registers routes by who may call them; paths are written as in Fastify, without `/api/v3`. */
export interface Rest {
  anyone: Register<Call>;
  app: Register<Call>;
  installation: Register<Call & InstallationAccess>;
  /** Paths begin with `/repos/:owner/:repo`. */
  repository(
    method: HTTPMethods,
    path: string,
    needs: Needs,
    handler: Handler<Call & RepositoryAccess>,
  ): void;
}

interface RestDeps {
  site: Site;
  access: Access;
  rateLimit: RateLimit;
  tell: (exchange: Exchange) => void;
}

/** Makes the scope of the REST API: bodies, errors, headers, conditional requests. `routes` fills it. */
export function registerRest(app: FastifyInstance, deps: RestDeps, routes: (rest: Rest) => void): void {
  app.register(
    async (scope) => {
      acceptAnyJson(scope);
      scope.setNotFoundHandler((_request, reply) => sendError(reply, notFound()));
      scope.setErrorHandler((error, request, reply) => answerError(deps.site, error, request, reply));
      scope.addHook("onSend", async (request, reply, payload) => finish(deps, request, reply, payload));
      routes(createRest(scope, deps));
    },
    { prefix: PREFIX },
  );
}

function createRest(scope: FastifyInstance, { access }: RestDeps): Rest {
  function add(
    method: HTTPMethods,
    url: string,
    handler: (request: FastifyRequest) => Promise<Answer>,
  ): void {
    scope.route({
      method,
      url,
      bodyLimit: BODY_BYTES_MAX,
      handler: async (request, reply) => {
        const answer = await handler(request);
        reply.code(answer.status).headers(answer.headers ?? {});
        return reply.type("application/json; charset=utf-8").send(JSON.stringify(answer.body) ?? "");
      },
    });
  }
  const call = (request: FastifyRequest): Call => callOf(request, PREFIX);

  return {
    anyone: (method, path, handler) =>
      add(method, path, async (request) => {
        access.anyone(request.headers.authorization);
        return handler(call(request));
      }),
    app: (method, path, handler) =>
      add(method, path, async (request) => {
        access.app(request.headers.authorization);
        return handler(call(request));
      }),
    installation: (method, path, handler) =>
      add(method, path, async (request) =>
        handler({ ...call(request), ...access.installation(request.headers.authorization) }),
      ),
    repository: (method, path, needs, handler) =>
      add(method, path, async (request) => {
        const { owner = "", repo = "" } = request.params as Record<string, string>;
        const granted = access.repository(request.headers.authorization, owner, repo, needs);
        if (method !== "GET") access.refuseArchived(granted.repository);
        return handler({ ...call(request), ...granted });
      }),
  };
}

/** GitHub reads every body as JSON, whatever its type says. */
function acceptAnyJson(scope: FastifyInstance): void {
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser("*", { parseAs: "string" }, (_request, body, done) => {
    if (body === "") return done(null, undefined);
    try {
      done(null, JSON.parse(String(body)));
    } catch {
      done(new GitHubError(400, "Problems parsing JSON"));
    }
  });
}

function answerError(site: Site, error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  if (error instanceof RenamedError) {
    // GitHub sends the caller on by id: the part after owner and name stays as it was.
    const rest = request.url.slice(PREFIX.length).replace(/^\/repos\/[^/]+\/[^/?]+/, "");
    const url = `${site.apiUrl}/repositories/${error.repository.id}${rest}`;
    const status = request.method === "GET" ? 301 : 307;
    return reply
      .code(status)
      .header("location", url)
      .send({ message: error.message, url, documentation_url: DOCUMENTATION_URL });
  }
  if (error instanceof GitHubError) return sendError(reply, error);
  const status = (error as { statusCode?: number }).statusCode ?? 500;
  // Whoever develops against the sandbox has no other way to see what is wrong with it.
  const cause = error instanceof Error ? error.stack : String(error);
  return reply.code(status).send({ message: "Server Error", status: String(status), sandbox_error: cause });
}

const sendError = (reply: FastifyReply, error: GitHubError): FastifyReply =>
  reply.code(error.status).send(error.body);

/** Headers of every answer, 304 where the caller has it already, and the listeners. */
function finish(deps: RestDeps, request: FastifyRequest, reply: FastifyReply, payload: unknown): unknown {
  const text = typeof payload === "string" && payload !== "" ? payload : null;
  const known = text !== null && isKnown(request, reply, text);
  const credential = request.headers.authorization ?? "anonymous";
  // What the caller has already costs nothing.
  const limit = known ? deps.rateLimit.look(credential) : deps.rateLimit.count(credential);
  reply.headers({
    "x-github-request-id": randomUUID().toUpperCase(),
    "x-github-media-type": "github.v3; format=json",
    "x-ratelimit-limit": String(limit.limit),
    "x-ratelimit-remaining": String(limit.remaining),
    "x-ratelimit-used": String(limit.used),
    "x-ratelimit-reset": String(limit.reset),
    "x-ratelimit-resource": "core",
  });
  if (text === null) reply.removeHeader("content-type");
  if (known) reply.code(304).removeHeader("content-type");
  const sent = known ? null : text;
  tell(deps, request, reply.statusCode, sent);
  return sent;
}

/** Gives a good answer to a GET its ETag. @returns whether the caller named it. */
function isKnown(request: FastifyRequest, reply: FastifyReply, text: string): boolean {
  if (request.method !== "GET" || reply.statusCode !== 200) return false;
  const etag = `W/"${createHash("sha256").update(text).digest("hex")}"`;
  reply.headers({ etag, "cache-control": "private, max-age=60, s-maxage=60" });
  const named = (request.headers["if-none-match"] ?? "").split(",").map((one) => one.trim());
  return named.includes(etag) || named.includes(etag.slice(2));
}

function tell(deps: RestDeps, request: FastifyRequest, status: number, text: string | null): void {
  const [path = ""] = request.url.slice(PREFIX.length).split("?");
  deps.tell({
    method: request.method,
    path,
    query: request.query as Exchange["query"],
    requestBody: request.body,
    status,
    responseBody: text === null ? undefined : JSON.parse(text),
  });
}
