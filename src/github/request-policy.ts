import type { Logger } from "pino";
import { classifyResponse, isRequestError, messageOf, type RequestError } from "./classify-response.ts";
import { GithubApiError, UncertainWriteError } from "./github-errors.ts";
import { type RetryDeps, type RetryOptions, withRetries } from "./retry.ts";

const MESSAGE_LENGTH_MAX = 500;
/** Cut to this before the redactor reads it; far enough from the final length that no secret is cut in half there. */
const RAW_LENGTH_MAX = 10_000;
const DETAILS_MAX = 5;

export interface RequestPolicyDeps extends RetryDeps {
  log: Pick<Logger, "info" | "warn">;
  /** Takes secrets out of GitHub's own words. */
  redact: (text: string) => string;
}

export interface RequestPolicyOptions extends Omit<RetryOptions, "classify" | "onRetry"> {
  /** Route template, such as `GET /repos/{owner}/{repo}`, for the log and the error. */
  route: string;
}

/**
 * Sends one REST request under the retry policy.
 * @throws GithubApiError for a final answer, and whatever {@link withRetries} throws
 */
export const underRequestPolicy = async <T>(
  send: () => Promise<T>,
  deps: RequestPolicyDeps,
  { route, ...options }: RequestPolicyOptions,
): Promise<T> => {
  const described = (error: RequestError) => describe(error, route, deps.redact);
  try {
    return await withRetries(send, deps, {
      ...options,
      classify: classifyResponse,
      onRetry: (retry) => deps.log.info({ route, ...retry }, "asking GitHub again"),
    });
  } catch (error) {
    if (isRequestError(error)) throw described(error);
    // The cause is put into words too: Octokit's error carries the request with its body.
    if (error instanceof UncertainWriteError && isRequestError(error.cause)) {
      throw new UncertainWriteError(described(error.cause));
    }
    throw error;
  }
};

const describe = (error: RequestError, route: string, redact: (text: string) => string): GithubApiError => {
  if (error.response === undefined) {
    return new GithubApiError(bounded(redact(`GitHub did not answer ${route}: ${error.message}`)), null);
  }
  const { data } = error.response;
  // A proxy in trouble answers with a page, which says nothing that the status doesn't.
  const message = messageOf(data).startsWith("<") ? "" : messageOf(data);
  const words = [message, ...detailsOf(data)].filter(Boolean).join(": ").slice(0, RAW_LENGTH_MAX);
  const text = `GitHub answered ${route} with ${error.status}${words === "" ? "" : `: ${words}`}`;
  return new GithubApiError(bounded(redact(text)), error.status);
};

/** What stands in a 422's list of errors: sentences, or a field and what is wrong with it. */
const detailsOf = (data: unknown): string[] => {
  if (typeof data !== "object" || data === null || !("errors" in data) || !Array.isArray(data.errors))
    return [];
  return data.errors.slice(0, DETAILS_MAX).map((item: unknown) => {
    if (typeof item === "string") return item;
    const { message, field, code } = (item ?? {}) as { message?: unknown; field?: unknown; code?: unknown };
    return typeof message === "string"
      ? message
      : [field, code].filter((part) => typeof part === "string").join(" ");
  });
};

/** One line without control characters: it ends in a table, a log and a pull request's page. */
const bounded = (text: string): string => {
  const line = text.replace(/\p{Cc}+/gu, " ");
  return line.length <= MESSAGE_LENGTH_MAX
    ? line
    : `${line.slice(0, MESSAGE_LENGTH_MAX - 1).toWellFormed()}…`;
};
