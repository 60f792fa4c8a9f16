import { z } from "zod";
import { createRequireCaller } from "../caller.ts";
import type { HttpApp } from "../http-app.ts";
import type { WatchDeps } from "../http-deps.ts";
import { errorResponses } from "../schemas/errors.ts";

type Deps = Parameters<typeof createRequireCaller>[0] & Pick<WatchDeps, "metrics">;

/** Prometheus' text format, for tokens of scope metrics. */
export const metricsRoutes = (app: HttpApp, { metrics, ...deps }: Deps): void => {
  app.get(
    "/metrics",
    {
      schema: {
        operationId: "getMetrics",
        tags: ["watching"],
        summary: "Prometheus metrics",
        security: [{ bearer: [] }],
        response: {
          ...errorResponses(),
          200: { description: "Text exposition format.", content: { "text/plain": { schema: z.string() } } },
        },
      },
      // The answer is text already; the serializer would make a JSON string of it.
      serializerCompiler: () => (data) => (typeof data === "string" ? data : JSON.stringify(data)),
      onRequest: createRequireCaller(deps, () => "metrics"),
    },
    async (_request, reply) => reply.type(metrics.contentType).send(await metrics.render()),
  );
};
