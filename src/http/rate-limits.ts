import type { FastifyReply, FastifyRequest } from "fastify";
import { AppError } from "../errors.ts";
import type { HttpApp } from "./http-app.ts";

const WINDOW_MS = 60_000;
/** Far above a UI that polls every second for several people, far below what would hurt the database. */
const REQUESTS_PER_TOKEN_MAX = 3_000;
/** Enough for a deployment whose token was just changed; too few to guess anything. */
const GUESSES_PER_ADDRESS_MAX = 120;
/** Routes without a token: health checks and the documentation. */
const PUBLIC_REQUESTS_PER_ADDRESS_MAX = 1_200;
/** Above any burst of GitHub's, which sends from few addresses, or from one where a proxy is in between. */
const DELIVERIES_PER_ADDRESS_MAX = 60_000;

type Spend = (request: FastifyRequest, reply: FastifyReply) => Promise<void>;

/** Each throws AppError RATE_LIMITED once its minute is used up, and says in Retry-After how long to wait. */
export interface RateLimits {
  /** By the caller's token; only after the caller is known. */
  token: Spend;
  /** By address: requests with no token, or a wrong one. */
  guess: Spend;
  /** By address: requests that need no token. */
  public: Spend;
  /** By address: webhook deliveries, before it is known who signed them. */
  delivery: Spend;
}

/** Counted per process, in memory: a bound on what one process takes on, not a quota. */
export const createRateLimits = (app: HttpApp): RateLimits => {
  const spender = (limit: ReturnType<HttpApp["createRateLimit"]>): Spend => {
    return async (request, reply) => {
      const use = await limit(request);
      if (use.isAllowed || !use.isExceeded) return;
      void reply.header("retry-after", use.ttlInSeconds);
      throw new AppError("RATE_LIMITED", `Too many requests. Try again in ${use.ttlInSeconds} s.`);
    };
  };
  const perMinute = { timeWindow: WINDOW_MS };
  return {
    token: spender(
      app.createRateLimit({
        ...perMinute,
        max: REQUESTS_PER_TOKEN_MAX,
        keyGenerator: (request) => request.caller?.token ?? "",
      }),
    ),
    guess: spender(app.createRateLimit({ ...perMinute, max: GUESSES_PER_ADDRESS_MAX })),
    public: spender(app.createRateLimit({ ...perMinute, max: PUBLIC_REQUESTS_PER_ADDRESS_MAX })),
    delivery: spender(app.createRateLimit({ ...perMinute, max: DELIVERIES_PER_ADDRESS_MAX })),
  };
};
