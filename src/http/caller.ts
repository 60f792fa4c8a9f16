import type { FastifyReply, FastifyRequest } from "fastify";
import type { ApiScope } from "../config-tokens.ts";
import { AppError } from "../errors.ts";
import type { Caller } from "./authenticate.ts";
import type { RateLimits } from "./rate-limits.ts";

declare module "fastify" {
  interface FastifyRequest {
    /** Set once the token is known; null on routes that need none. */
    caller: Caller | null;
  }
}

interface Deps {
  authenticate: (authorization: string | undefined) => Caller | null;
  limits: RateLimits;
}

const READS = new Set(["GET", "HEAD", "OPTIONS"]);

/** Reading needs `read`, everything else `write`; also on routes that don't exist. */
export const scopeOfMethod = (request: FastifyRequest): ApiScope =>
  READS.has(request.method) ? "read" : "write";

/**
 * Lets a request in, or throws AppError UNAUTHORIZED, FORBIDDEN or RATE_LIMITED. A known token is let in even from
 * an address that guessed too often: it may be a proxy's.
 */
export const createRequireCaller =
  ({ authenticate, limits }: Deps, scopeOf: (request: FastifyRequest) => ApiScope) =>
  async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    const caller = authenticate(request.headers.authorization);
    if (caller === null) {
      await limits.guess(request, reply);
      throw new AppError(
        "UNAUTHORIZED",
        "Send one of this API's tokens, as a bearer token in the Authorization header.",
      );
    }
    request.caller = caller;
    await limits.token(request, reply);
    const scope = scopeOf(request);
    if (!caller.scopes.includes(scope)) {
      throw new AppError("FORBIDDEN", `Token ${caller.token} lacks the scope ${scope}.`);
    }
  };
