import { createAuthenticate } from "./authenticate.ts";
import { createBaseServer } from "./base-server.ts";
import type { HttpApp } from "./http-app.ts";
import type { WatchDeps } from "./http-deps.ts";
import { healthRoutes } from "./routes/health-routes.ts";
import { metricsRoutes } from "./routes/metrics-routes.ts";

/** The small server of a worker: /healthz, /readyz and /metrics. Built, not listening. */
export const createWorkerServer = async (deps: WatchDeps): Promise<HttpApp> => {
  const authenticate = createAuthenticate(deps.tokens);
  const { app, limits } = await createBaseServer({
    ...deps,
    admitUndecodable: (request, reply, { public: spend }) => spend(request, reply),
  });
  healthRoutes(app, deps, limits);
  metricsRoutes(app, { authenticate, limits, metrics: deps.metrics });
  return app;
};
