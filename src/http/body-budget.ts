import type { FastifyReply, FastifyRequest } from "fastify";
import { AppError } from "../errors.ts";

const RETRY_AFTER_S = 5;

/**
 * Bounds the bytes of request bodies that are held at the same time, whoever sends them: a body has to be read before
 * it is known who signed it. For `onRequest`, before anything is read. @throws AppError RATE_LIMITED
 */
export const createBodyBudget = ({
  all_bytes_max,
  body_bytes_max,
}: Record<"all_bytes_max" | "body_bytes_max", number>) => {
  let held_bytes = 0;
  return async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    const announced_bytes = Number(request.headers["content-length"] ?? body_bytes_max);
    const body_bytes = Math.min(announced_bytes, body_bytes_max);
    if (held_bytes + body_bytes > all_bytes_max) {
      void reply.header("retry-after", RETRY_AFTER_S);
      throw new AppError("RATE_LIMITED", "More is being received than fits. Try again in a few seconds.");
    }
    held_bytes += body_bytes;
    // However the request ends.
    reply.raw.once("close", () => {
      held_bytes -= body_bytes;
    });
  };
};
