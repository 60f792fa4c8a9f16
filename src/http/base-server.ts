import helmet from "@fastify/helmet";
import rateLimit from "@fastify/rate-limit";
import Fastify, {
  type FastifyBaseLogger,
  type FastifyReply,
  type FastifyRequest,
  LogController,
} from "fastify";
import { serializerCompiler, type ZodTypeProvider } from "fastify-type-provider-zod";
import type { Logger } from "pino";
import { AppError } from "../errors.ts";
import { createClientErrorHandler } from "./client-error.ts";
import { notFound, type Redact } from "./error-envelope.ts";
import { sendError } from "./error-handler.ts";
import type { HttpApp } from "./http-app.ts";
import { parseJsonBody } from "./json-body.ts";
import { createRateLimits, type RateLimits } from "./rate-limits.ts";
import { requestIdOf } from "./request-id.ts";
import { SECURITY_HEADERS } from "./security-headers.ts";
import { validatorCompiler } from "./validate.ts";

const BODY_BYTES_MAX = 1024 * 1024;
/** A peer that sends slower than this is not one of our callers. */
const HEADERS_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 30_000;
const TIMEOUT_CHECK_INTERVAL_MS = 2_000;
/** Longer than a preview may take while nothing is sent. */
const SOCKET_IDLE_TIMEOUT_MS = 90_000;
/** Longer than the 60 s after which load balancers drop their idle connections. */
const KEEP_ALIVE_TIMEOUT_MS = 72_000;
/** Above Node's bound for the whole header, so that a long id is an unknown one like any other. */
const PARAM_CHARACTERS_MAX = 32_768;
const LOGGED_PATH_CHARACTERS_MAX = 200;

/** Answers are JSON: nothing in them is to be run, shown or framed. */
const API_CSP = {
  useDefaults: false,
  directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] },
};

interface Deps {
  log: Logger;
  redact: Redact;
  /** Lets a request in whose path can't be decoded, or throws AppError: a token is asked for first there too. */
  admitUndecodable: (request: FastifyRequest, reply: FastifyReply, limits: RateLimits) => Promise<void>;
}

export interface BaseServer {
  app: HttpApp;
  limits: RateLimits;
}

/** What every HTTP server of the service has in common: limits, request ids, headers, errors and logs. */
export const createBaseServer = async ({ log, redact, admitUndecodable }: Deps): Promise<BaseServer> => {
  const app: HttpApp = Fastify({
    loggerInstance: log as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: "request_id" }),
    genReqId: (request) => requestIdOf(request.headers["x-request-id"], redact),
    bodyLimit: BODY_BYTES_MAX,
    requestTimeout: REQUEST_TIMEOUT_MS,
    connectionTimeout: SOCKET_IDLE_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
    http: {
      headersTimeout: HEADERS_TIMEOUT_MS,
      connectionsCheckingInterval: TIMEOUT_CHECK_INTERVAL_MS,
      // Node's own refusal has none of our forms: `addHooks` refuses in its place.
      requireHostHeader: false,
    },
    routerOptions: { maxParamLength: PARAM_CHARACTERS_MAX },
    // Requests that arrive while the server closes are answered like any other; their connections are closed then.
    return503OnClosing: false,
    clientErrorHandler: createClientErrorHandler(redact),
    frameworkErrors: (error, request, reply) => {
      // No hook runs for these.
      void reply.headers({ ...SECURITY_HEADERS, "cache-control": "no-store" });
      admitUndecodable(request, reply, limits).then(
        () => sendError(error, request, reply, redact),
        (refusal: unknown) => sendError(refusal, request, reply, redact),
      );
    },
  }).withTypeProvider<ZodTypeProvider>();

  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(
    "application/json",
    { parseAs: "buffer" },
    async (_request: FastifyRequest, body: Buffer) => parseJsonBody(body),
  );
  app.setErrorHandler((error, request, reply) => sendError(error, request, reply, redact));
  app.decorateRequest("caller", null);

  await app.register(helmet, { contentSecurityPolicy: API_CSP, frameguard: { action: "deny" } });
  await app.register(rateLimit, { global: false });
  const limits = createRateLimits(app);
  app.setNotFoundHandler({ preValidation: limits.public }, () => {
    throw notFound();
  });
  addHooks(app);
  return { app, limits };
};

const addHooks = (app: HttpApp): void => {
  // Node would answer 417 in a form that is not ours. An expectation nobody knows may be passed over:
  // https://www.rfc-editor.org/rfc/rfc9110#section-10.1.1
  app.server.on("checkExpectation", (request, response) => app.server.emit("request", request, response));
  let closing = false;
  app.addHook("preClose", async () => {
    closing = true;
  });
  app.addHook("onSend", async (_request, reply) => {
    // A connection kept alive for requests that won't be taken would hold up the closing until it times out.
    if (closing) void reply.header("connection", "close");
  });
  app.addHook("onRequest", async (request, reply) => {
    void reply.header("x-request-id", request.id).header("cache-control", "no-store");
    // https://www.rfc-editor.org/rfc/rfc9112#section-3.2
    if (request.raw.httpVersion === "1.1" && request.headers.host === undefined) {
      throw new AppError("BAD_REQUEST", "The request has no Host header.");
    }
  });
  app.addHook("onResponse", async (request, reply) => {
    request.log.info(
      {
        method: request.method,
        path: pathOf(request.url).slice(0, LOGGED_PATH_CHARACTERS_MAX),
        status: reply.statusCode,
        duration_ms: Math.round(reply.elapsedTime),
        token: request.caller?.token ?? null,
      },
      "request answered",
    );
  });
};

/** A query may hold what a log should not. */
const pathOf = (url: string): string => url.split("?", 1)[0] ?? "";
