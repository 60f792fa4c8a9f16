import type { Logger } from "pino";
import { AppError } from "../../errors.ts";
import { errorEnvelope } from "../error-envelope.ts";
import type { HttpApp } from "../http-app.ts";
import type { HealthCheck, HealthChecks, WatchDeps } from "../http-deps.ts";
import type { RateLimits } from "../rate-limits.ts";
import { errorResponses } from "../schemas/errors.ts";
import { healthSchema, notReadySchema, readySchema } from "../schemas/health.ts";
import { jsonAnswer } from "../schemas/json-answer.ts";

const CHECK_TIMEOUT_MS = 2_000;

/** Whether the process lives, and whether it can do its work. Orchestrators ask, so no token is needed. */
export const healthRoutes = (app: HttpApp, deps: WatchDeps, limits: RateLimits): void => {
  app.get(
    "/healthz",
    {
      schema: {
        operationId: "getHealth",
        tags: ["watching"],
        summary: "Whether the process answers",
        response: { ...errorResponses(), 200: jsonAnswer("It does.", healthSchema) },
      },
      onRequest: limits.public,
    },
    async () => ({ status: "ok" as const }),
  );

  app.get(
    "/readyz",
    {
      schema: {
        operationId: "getReadiness",
        tags: ["watching"],
        summary: "Whether the process can do its work",
        response: {
          ...errorResponses(),
          200: jsonAnswer("It can. GitHub is reported, and not depended on.", readySchema),
          503: jsonAnswer("`DATABASE_UNAVAILABLE` or `QUEUE_UNAVAILABLE`", notReadySchema),
        },
      },
      onRequest: limits.public,
    },
    async (request, reply) => {
      const checks = await runChecks(deps.checks, request.log as Logger);
      const problem = problemOf(checks);
      if (problem === null) return reply.send({ status: "ready" as const, checks });
      return reply
        .code(503)
        .send({ ...errorEnvelope(problem, deps.redact), status: "not_ready" as const, checks });
    },
  );
};

type Results = Record<keyof HealthChecks, HealthCheck>;

const runChecks = async (checks: HealthChecks, log: Logger): Promise<Results> => {
  const [database, queue, schema, github] = await Promise.all([
    runCheck(checks.database, log),
    runCheck(checks.queue, log),
    runCheck(checks.schema, log),
    runCheck(checks.github, log),
  ]);
  return { database, queue, schema, github };
};

const runCheck = async (check: () => Promise<HealthCheck>, log: Logger): Promise<HealthCheck> => {
  const { promise: late, resolve } = Promise.withResolvers<HealthCheck>();
  const timer = setTimeout(resolve, CHECK_TIMEOUT_MS, { ok: false, detail: "does not answer" });
  try {
    return await Promise.race([check(), late]);
  } catch (error) {
    log.warn({ err: error }, "a readiness check failed");
    return { ok: false, detail: "failed; the log says how" };
  } finally {
    clearTimeout(timer);
  }
};

const problemOf = ({ database, schema, queue }: Results): AppError | null => {
  if (!database.ok) return new AppError("DATABASE_UNAVAILABLE", `The database: ${database.detail}.`);
  if (!schema.ok) return new AppError("DATABASE_UNAVAILABLE", `The database's schema: ${schema.detail}.`);
  if (!queue.ok) return new AppError("QUEUE_UNAVAILABLE", `The job queue: ${queue.detail}.`);
  return null;
};
