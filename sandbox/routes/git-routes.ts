import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Clock } from "../../src/clock.ts";
import { type Access, RenamedError, type RepositoryAccess } from "../auth/access.ts";
import { serveGit } from "../git-http-backend.ts";
import { GitHubError } from "../github-error.ts";
import type { Pulls } from "../pulls/pulls.ts";
import { isoSeconds, type Site } from "../site.ts";
import { accountById, fullName } from "../state/lookup.ts";
import type { Repositories } from "../state/repositories.ts";
import type { Store } from "../state/store.ts";

interface GitRouteDeps {
  site: Site;
  store: Store;
  access: Access;
  repositories: Repositories;
  pulls: Pulls;
  clock: Clock;
  signal: AbortSignal;
}

const SERVICES = ["git-upload-pack", "git-receive-pack"] as const;
type Service = (typeof SERVICES)[number];

/** Git over HTTP, as it is at github.com: user `x-access-token`, password an installation token. */
export function registerGit(app: FastifyInstance, deps: GitRouteDeps): void {
  app.register(async (scope) => {
    // The body is a stream for git, not something to read here.
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser("*", (_request, _payload, done) => done(null));

    scope.get("/:owner/:repo/info/refs", async (request, reply) => {
      const { service } = request.query as { service?: string };
      if (!isService(service)) return refuse(reply, 403, "Please upgrade your git client.");
      return answer(deps, request, reply, service, "info/refs");
    });
    for (const service of SERVICES) {
      scope.post(`/:owner/:repo/${service}`, (request, reply) =>
        answer(deps, request, reply, service, service),
      );
    }
  });
}

async function answer(
  deps: GitRouteDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  service: Service,
  file: string,
): Promise<FastifyReply> {
  const pushing = service === "git-receive-pack";
  let granted: RepositoryAccess;
  try {
    granted = authorize(deps, request, pushing);
  } catch (error) {
    return refuseLikeGitHub(deps, request, reply, error);
  }
  const { repository } = granted;
  const { store, repositories, pulls, clock, signal } = deps;
  const bot = accountById(store.state, store.state.app.bot_id);
  await repositories.ready(repository);
  reply.hijack();
  const serve = (): Promise<void> =>
    serveGit(request.raw, reply.raw, {
      projectRoot: repositories.root,
      pathInfo: `/${repository.id}.git/${file}`,
      remoteUser: bot.login,
      signal,
    });
  if (!pushing || file !== service) {
    await serve();
    return reply;
  }
  try {
    await pulls.push(repository, bot, async () => {
      await serve();
      if (!signal.aborted)
        store.update(() => Object.assign(repository, { pushed_at: isoSeconds(clock.now()) }));
    });
  } catch (error) {
    // The state of a sandbox that is closing takes no change any more, and the client is gone with it.
    if (!signal.aborted) throw error;
  }
  return reply;
}

/** @throws GitHubError, RenamedError */
function authorize({ access }: GitRouteDeps, request: FastifyRequest, pushing: boolean): RepositoryAccess {
  const { owner = "", repo = "" } = request.params as Record<string, string>;
  const token = basicPassword(request.headers.authorization);
  if (token === null) throw new GitHubError(401, "Authentication is required.");
  const needs = [["contents", pushing ? "write" : "read"]] as const;
  const granted = access.repository(`token ${token}`, owner, repo.replace(/\.git$/, ""), needs);
  if (pushing && granted.repository.archived) {
    throw new GitHubError(403, "This repository was archived so it is read-only.");
  }
  return granted;
}

/** Texts as GitHub's git answers them; git shows them after `remote:`. */
function refuseLikeGitHub(
  { site, store }: GitRouteDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  error: unknown,
): FastifyReply {
  if (error instanceof RenamedError) {
    const rest = request.url.replace(/^\/[^/]+\/[^/]+/, "");
    reply.header("location", `${site.url}/${fullName(store.state, error.repository)}.git${rest}`);
    return refuse(reply, 301, "Moved Permanently");
  }
  if (!(error instanceof GitHubError)) throw error;
  switch (error.status) {
    case 401:
      reply.header("www-authenticate", 'Basic realm="GitHub"');
      return refuse(
        reply,
        401,
        "Invalid username or token. Password authentication is not supported for Git operations.",
      );
    case 404:
      return refuse(reply, 404, "Repository not found.");
    default:
      return refuse(
        reply,
        error.status,
        error.message === "Resource not accessible by integration"
          ? "Write access to repository not granted."
          : error.message,
      );
  }
}

function refuse(reply: FastifyReply, status: number, text: string): FastifyReply {
  return reply.code(status).type("text/plain; charset=utf-8").send(`${text}\n`);
}

const isService = (name: string | undefined): name is Service =>
  (SERVICES as readonly (string | undefined)[]).includes(name);

function basicPassword(authorization: string | undefined): string | null {
  const [, encoded] = /^Basic (.+)$/i.exec(authorization ?? "") ?? [];
  const [, password] = /^[^:]*:(.+)$/.exec(Buffer.from(encoded ?? "", "base64").toString()) ?? [];
  return password ?? null;
}
