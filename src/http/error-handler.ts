import type { FastifyReply, FastifyRequest } from "fastify";
import { isDatabaseUnavailable, isUndoneForOthers } from "../db/db-errors.ts";
import { AppError } from "../errors.ts";
import { ERROR_CODES } from "./error-codes.ts";
import { errorEnvelope, type Redact } from "./error-envelope.ts";

/** Fastify's own errors that have a code of their own here; its other 4xx are BAD_REQUEST. */
const FASTIFY_ERRORS: Record<string, () => AppError> = {
  FST_ERR_CTP_BODY_TOO_LARGE: () =>
    new AppError("PAYLOAD_TOO_LARGE", "The body is larger than this route takes."),
  FST_ERR_CTP_INVALID_MEDIA_TYPE: () =>
    new AppError("UNSUPPORTED_MEDIA_TYPE", "Send the body as application/json."),
  FST_ERR_BAD_URL: () => new AppError("BAD_REQUEST", "The path holds a percent sign that encodes nothing."),
};

/** Turns whatever was thrown into an outcome with a code. */
export const toAppError = (error: unknown, requestId: string): AppError => {
  if (error instanceof AppError) return error;
  if (isDatabaseUnavailable(error)) {
    return new AppError("DATABASE_UNAVAILABLE", "The database does not answer. Try again shortly.", {
      cause: error,
    });
  }
  if (isUndoneForOthers(error)) {
    return new AppError(
      "DATABASE_UNAVAILABLE",
      "Others were in the way, and nothing was changed. Try again.",
      {
        cause: error,
      },
    );
  }
  const { code, statusCode } = fastifyFacts(error);
  const known = FASTIFY_ERRORS[code];
  if (known !== undefined) return known();
  if (statusCode >= 400 && statusCode < 500) {
    return new AppError("BAD_REQUEST", "The request could not be read.", { cause: error });
  }
  return new AppError(
    "INTERNAL",
    `This service met a fault of its own. Give its administrator the request id ${requestId}.`,
    { cause: error },
  );
};

const fastifyFacts = (error: unknown): { code: string; statusCode: number } => {
  if (!(error instanceof Error)) return { code: "", statusCode: 0 };
  return {
    code: "code" in error && typeof error.code === "string" ? error.code : "",
    statusCode: "statusCode" in error && typeof error.statusCode === "number" ? error.statusCode : 0,
  };
};

/** Answers an error as its envelope. Only faults are logged as such: a refusal is an ordinary answer. */
export const sendError = (
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
  redact: Redact,
): FastifyReply => {
  const appError = toAppError(error, request.id);
  const { status } = ERROR_CODES[appError.code];
  if (status >= 500) {
    request.log.error({ err: appError.cause ?? appError, error_code: appError.code }, "request failed");
  }
  if (status === 401) void reply.header("www-authenticate", "Bearer");
  return reply
    .code(status)
    .type("application/json; charset=utf-8")
    .header("x-request-id", request.id)
    .send(errorEnvelope(appError, redact));
};
