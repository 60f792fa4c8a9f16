import { createServer } from "node:http";
import formbody from "@fastify/formbody";
import fastify from "fastify";
import type { Exchange } from "../exchange.ts";
import type { ManifestCodes } from "../manifest/manifest-codes.ts";
import { manifestRest } from "../manifest/manifest-rest.ts";
import { registerManifestPages } from "../manifest/manifest-routes.ts";
import { registerPages } from "../pages/register-pages.ts";
import { registerRest } from "../rest/rest.ts";
import { appRoutes } from "../routes/app-routes.ts";
import { checkRoutes } from "../routes/check-routes.ts";
import { commentRoutes } from "../routes/comment-routes.ts";
import { commitRoutes } from "../routes/commit-routes.ts";
import { type Control, registerControl } from "../routes/control-routes.ts";
import { registerGit } from "../routes/git-routes.ts";
import { hookRoutes } from "../routes/hook-routes.ts";
import { metaRoutes } from "../routes/meta-routes.ts";
import { pullRoutes } from "../routes/pull-routes.ts";
import { refRoutes } from "../routes/ref-routes.ts";
import { repositoryRoutes } from "../routes/repository-routes.ts";
import type { RouteDeps } from "../routes/route-deps.ts";
import { treeRoutes } from "../routes/tree-routes.ts";
import type { SandboxSecrets } from "../secrets.ts";
import { fullName, repositoryById } from "../state/lookup.ts";
import type { State } from "../state/model.ts";
import type { RequestHandler } from "./gate.ts";

/** Longer than the longest ref or path anybody has; Fastify's own limit is 100. */
const PARAM_CHARS_MAX = 2_000;

interface HandlerDeps extends RouteDeps {
  signal: AbortSignal;
  tell: (exchange: Exchange) => void;
  control: Control;
  secrets: SandboxSecrets;
  codes: ManifestCodes;
}

export interface HttpHandler {
  handle: RequestHandler;
  close: () => Promise<void>;
}

/** Everything behind the gate: REST, git, pages and control, as one request handler. */
export async function createHttpHandler(deps: HandlerDeps): Promise<HttpHandler> {
  let handle: RequestHandler | undefined;
  const app = fastify({
    routerOptions: { maxParamLength: PARAM_CHARS_MAX },
    rewriteUrl: (request) => byName(deps.store.state, request.url ?? "/"),
    // The server that listens is ours: the gate stands between it and Fastify.
    serverFactory: (handler) => {
      handle = handler;
      return createServer(handler);
    },
  });
  registerRest(app, deps, (rest) => {
    manifestRest(rest, deps);
    for (const routes of [appRoutes, metaRoutes, repositoryRoutes, refRoutes, treeRoutes, commitRoutes])
      routes(rest, deps);
    for (const routes of [pullRoutes, commentRoutes, checkRoutes, hookRoutes]) routes(rest, deps);
  });
  registerGit(app, deps);
  await app.register(formbody);
  registerControl(app, deps.control);
  registerPages(app, { ...deps, world: deps.control.world }, deps.control.people);
  const { world, hooks } = deps.control;
  registerManifestPages(app, { ...deps, world, setHookUrl: hooks.setUrl });
  await app.ready();
  if (!handle) throw new Error("Fastify made no handler.");
  return { handle, close: () => app.close() };
}

/** `/repositories/<id>/…`, where redirects lead, is the same as the path with the current name. */
function byName(state: State, url: string): string {
  const [, id, rest = ""] = /^\/api\/v3\/repositories\/(\d+)(.*)$/.exec(url) ?? [];
  const repository = repositoryById(state, Number(id));
  return repository ? `/api/v3/repos/${fullName(state, repository)}${rest}` : url;
}
