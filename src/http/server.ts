import { createAuthenticate } from "./authenticate.ts";
import { createBaseServer } from "./base-server.ts";
import { createRequireCaller, scopeOfMethod } from "./caller.ts";
import { notFound } from "./error-envelope.ts";
import type { HttpApp } from "./http-app.ts";
import type { HttpDeps } from "./http-deps.ts";
import { registerDocs, registerOpenapi } from "./openapi.ts";
import { clusterRoutes } from "./routes/cluster-routes.ts";
import { configRepoRoutes } from "./routes/config-repo-routes.ts";
import { eventRoutes } from "./routes/event-routes.ts";
import { healthRoutes } from "./routes/health-routes.ts";
import { metricsRoutes } from "./routes/metrics-routes.ts";
import { openPrRoutes } from "./routes/open-pr-routes.ts";
import { proposalRoutes } from "./routes/proposal-routes.ts";
import { queryTemplateRoutes } from "./routes/query-template-routes.ts";
import { seedRoutes } from "./routes/seed-routes.ts";
import { setupRoutes } from "./routes/setup-routes.ts";
import { studyRoutes } from "./routes/study-routes.ts";
import { webhookRoutes } from "./routes/webhook-routes.ts";

const API_PREFIX = "/api/v1";

/** The server of a web process: the internal API with its documentation, health and metrics. Built, not listening. */
export const createHttpServer = async (deps: HttpDeps): Promise<HttpApp> => {
  const authenticate = createAuthenticate(deps.tokens);
  const { app, limits } = await createBaseServer({
    ...deps,
    admitUndecodable: (request, reply, spend) =>
      request.url.startsWith(API_PREFIX)
        ? createRequireCaller({ authenticate, limits: spend }, scopeOfMethod)(request, reply)
        : spend.public(request, reply),
  });

  await registerOpenapi(app);
  healthRoutes(app, deps, limits);
  metricsRoutes(app, { authenticate, limits, metrics: deps.metrics });
  setupRoutes(app, deps, limits);
  if (deps.webhooks !== null) await webhookRoutes(app, deps.webhooks, limits);
  await app.register(
    async (api: HttpApp) => {
      api.addHook("onRequest", createRequireCaller({ authenticate, limits }, scopeOfMethod));
      // Its own handler, so that the hook above asks for a token before a route is called unknown.
      api.setNotFoundHandler(() => {
        throw notFound();
      });
      proposalRoutes(api, deps);
      openPrRoutes(api, deps);
      eventRoutes(api, deps);
      configRepoRoutes(api, deps);
      clusterRoutes(api, deps);
      queryTemplateRoutes(api, deps);
      studyRoutes(api, deps);
      if (deps.seedCompletedStudy !== null) seedRoutes(api, deps.seedCompletedStudy);
    },
    { prefix: API_PREFIX },
  );
  await registerDocs(app, limits);
  return app;
};
