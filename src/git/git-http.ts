import assert from "node:assert/strict";
import { readAnswer } from "./http-answer.ts";
import { HTTP_LIMITS, type HttpLimits, startDeadline } from "./http-limits.ts";
import { readRefusal } from "./http-refusal.ts";
import { GitError } from "./transport.ts";

/** A renamed repository is one hop away, one renamed twice is two. */
const REDIRECTS_MAX = 3;
/** Some hosts answer with a page for people unless the agent looks like git. */
const USER_AGENT = "git/relyloop-github-app";
const REDIRECT_STATUSES = new Set([301, 302, 307, 308]);

export interface GitHttpOptions {
  /** Value of the Authorization header for one request. */
  authorization: () => Promise<string>;
  signal: AbortSignal;
  limits?: HttpLimits;
}

export interface GitHttpRequest {
  url: string;
  method: "GET" | "POST";
  headers: Record<string, string>;
  body?: Uint8Array | null;
  /** Of this answer, where less than usual is expected. */
  answer_bytes_max?: number;
}

export interface GitHttpAnswer {
  /** After redirects. */
  url: string;
  statusText: string;
  headers: Headers;
  body: Buffer;
}

/** Sends one request of git's protocol over HTTP; the way out of every transport. */
export type GitHttp = (request: GitHttpRequest) => Promise<GitHttpAnswer>;

/** What `authorization` threw. It belongs to the caller and is unwrapped at the transport's edge. */
export class AuthorizationFailed extends Error {
  constructor(cause: unknown) {
    super("no authorization for the git remote", { cause });
    this.name = "AuthorizationFailed";
  }
}

/**
 * Uses Node's own `fetch`, which obeys the proxy the process was told of, and NODE_EXTRA_CA_CERTS always. An answer is
 * read whole before anybody parses it: a body that breaks off must not be taken for one that ends there.
 *
 * The promise is rejected with a GitError for whatever is not a complete 200 answer of a git server, and with
 * AuthorizationFailed. No message holds the credentials.
 */
export const createGitHttp =
  ({ authorization, signal, limits = HTTP_LIMITS }: GitHttpOptions): GitHttp =>
  async ({ url, method, headers, body = null, answer_bytes_max = limits.answer_bytes_max }) => {
    const address = new URL(url);
    assert(address.username === "" && address.password === "", "credentials do not belong in the address");
    const credentials = await authorization().catch((cause: unknown) => {
      throw new AuthorizationFailed(cause);
    });
    const request = { method, headers: authorizedHeaders(headers, credentials), body };
    const deadline = startDeadline(address.host, signal, limits);
    try {
      const response = await fetchWithinOrigin(address, {
        ...request,
        body: request.body === null ? null : new Uint8Array(request.body),
        signal: deadline.signal,
      });
      deadline.begun();
      if (response.status !== 200) throw await readRefusal(address.host, response, credentials);
      const answer = await readAnswer(
        address.host,
        response,
        Math.min(answer_bytes_max, limits.answer_bytes_max),
      );
      return { url: response.url, statusText: response.statusText, headers: response.headers, body: answer };
    } catch (error) {
      throw asGitError(error, address.host, signal, deadline.signal);
    } finally {
      deadline.clear();
    }
  };

function authorizedHeaders(headers: Record<string, string>, credentials: string): Headers {
  const complete = new Headers(headers);
  complete.set("user-agent", USER_AGENT);
  try {
    complete.set("authorization", credentials);
    return complete;
  } catch {
    // The original error quotes the value of the header.
    throw new GitError("unauthorized", "the credentials cannot be sent in an HTTP header");
  }
}

/**
 * Follows redirects within the origin, with the same method and body: that is how a renamed repository answers.
 * Anywhere else the request carries credentials that are none of the other host's business.
 */
async function fetchWithinOrigin(address: URL, init: RequestInit): Promise<Response> {
  let current = address;
  for (let hop = 0; hop <= REDIRECTS_MAX; hop++) {
    const response = await fetch(current.href, { ...init, redirect: "manual" });
    const location = response.headers.get("location");
    if (!REDIRECT_STATUSES.has(response.status) || location === null) return response;
    await response.body?.cancel();
    const next = URL.parse(location, current.href);
    if (next === null || next.origin !== address.origin) {
      throw new GitError("protocol", `${address.host} redirected to another host, which was not followed`, {
        status: response.status,
      });
    }
    current = next;
  }
  throw new GitError("protocol", `${address.host} redirected more than ${REDIRECTS_MAX} times`);
}

function asGitError(error: unknown, host: string, outer: AbortSignal, deadline: AbortSignal): unknown {
  if (outer.aborted) return new GitError("aborted", `the request to ${host} was ended`);
  if (error instanceof GitError) return error;
  if (deadline.aborted) return deadline.reason;
  // `fetch` says only "fetch failed"; what happened is in its cause.
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
  const { code, message } = cause as { code?: unknown; message?: unknown };
  return new GitError("unreachable", `no answer from ${host}: ${String(code ?? message)}`, { cause });
}
