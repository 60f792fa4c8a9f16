import type { Logger } from "pino";
import { ProbotOctokit } from "probot";
import type { Clock } from "../clock.ts";
import { createBoundedFetch, type Fetch } from "./bounded-fetch.ts";
import { isRequestError } from "./classify-response.ts";
import { GithubApiError } from "./github-errors.ts";
import type { GithubHost } from "./host.ts";

const API_VERSION = "2022-11-28";
const USER_AGENT = "relyloop-github-app";

/** One request that was sent, for the metrics: without ids, names or bodies. */
export interface SentRequest {
  /** Such as `POST /repos/{owner}/{repo}/pulls`. */
  route: string;
  /** null: no answer. */
  status: number | null;
  duration_ms: number;
  /** What is left of the primary rate limit; null where the answer does not say. */
  rateLimitRemaining: number | null;
}

export interface OctokitDeps {
  host: GithubHost;
  clock: Clock;
  log: Pick<Logger, "info" | "warn">;
  onResponse?: (request: SentRequest) => void;
  /** Default: Node's own, which obeys HTTPS_PROXY and NODE_EXTRA_CA_CERTS. */
  fetch?: Fetch;
  requestTimeout_ms?: number;
}

/** Waiting, pacing and retrying are ours (`retry.ts`); only the function form of `defaults` takes effect. */
const PlainOctokit = ProbotOctokit.defaults((options: object) => ({
  ...options,
  throttle: { enabled: false },
  retry: { enabled: false },
}));

/**
 * An Octokit that sends each request once.
 * @param auth Octokit's `authStrategy` and `auth` options.
 */
export const createOctokit = (deps: OctokitDeps, auth: { authStrategy: unknown; auth?: unknown }) => {
  // Looked up at each request, so that whoever replaces the global fetch later is heard.
  const fetch: Fetch = deps.fetch ?? ((input, init) => globalThis.fetch(input, init));
  const octokit = new PlainOctokit({
    ...auth,
    baseUrl: deps.host.apiUrl,
    userAgent: USER_AGENT,
    log: quietLog(deps.log),
    request: {
      fetch: createBoundedFetch({
        fetch,
        ...(deps.requestTimeout_ms === undefined ? {} : { timeout_ms: deps.requestTimeout_ms }),
      }),
      log: quietLog(deps.log),
    },
  });
  octokit.hook.wrap("request", async (request, options) => {
    options.headers["x-github-api-version"] = API_VERSION;
    const route = `${options.method} ${options.url}`;
    const started_ms = deps.clock.now();
    const report = (status: number | null, headers: Record<string, unknown>) => {
      const remaining = Number(headers["x-ratelimit-remaining"] ?? Number.NaN);
      deps.onResponse?.({
        route,
        status,
        duration_ms: deps.clock.now() - started_ms,
        rateLimitRemaining: Number.isNaN(remaining) ? null : remaining,
      });
    };
    try {
      const response = await request(options);
      report(response.status, response.headers);
      refuseRedirect(response.status, route);
      return response;
    } catch (error) {
      if (isRequestError(error)) {
        report(error.response === undefined ? null : error.status, error.response?.headers ?? {});
      }
      throw error;
    }
  });
  return octokit;
};

export type PlainOctokit = ReturnType<typeof createOctokit>;

/** Octokit takes a redirect that was not followed for a success. */
const refuseRedirect = (status: number, route: string) => {
  if (status >= 300)
    throw new GithubApiError(`GitHub redirected ${route} to where it is not followed.`, status);
};

/** Octokit's plugins log bodies at the level debug; only its warnings, such as of deprecated routes, are kept. */
const quietLog = (log: OctokitDeps["log"]) => ({
  debug: () => {},
  info: () => {},
  warn: (message: string) => log.warn({ source: "octokit" }, message),
  error: (message: string) => log.warn({ source: "octokit" }, message),
});
