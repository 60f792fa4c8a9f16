import { ResponseTooLargeError } from "./classify-response.ts";

/** One request, its redirects and its whole body. */
const REQUEST_TIMEOUT_MS = 30_000;
const REDIRECTS_MAX = 3;
/** GitHub's largest answers, a page of 100 pull requests with long bodies, stay under 8 MB. */
const RESPONSE_SIZE_BYTES_MAX = 16 * 1024 * 1024;

export type Fetch = typeof globalThis.fetch;

export interface BoundedFetchDeps {
  fetch: Fetch;
  timeout_ms?: number;
}

/**
 * A fetch for Octokit with a time-out, a cap on the body, and redirects that stay on the host.
 *
 * The body is read here, because Octokit takes one that breaks off for an empty answer. A redirect that is not
 * followed is returned as it is. Renamed repositories answer 301 to reads and 307 to writes:
 * https://docs.github.com/rest/using-the-rest-api/best-practices-for-using-the-rest-api#follow-redirects
 */
export const createBoundedFetch =
  ({ fetch, timeout_ms = REQUEST_TIMEOUT_MS }: BoundedFetchDeps) =>
  async (address: string, init: RequestInit = {}): Promise<Response> => {
    const timeout = AbortSignal.timeout(timeout_ms);
    const signal = init.signal ? AbortSignal.any([init.signal, timeout]) : timeout;
    let url = address;
    for (let redirects = 0; ; redirects++) {
      const response = await fetch(url, { ...init, redirect: "manual", signal });
      const next = redirects < REDIRECTS_MAX ? redirectTarget(response, url, init.method ?? "GET") : null;
      if (next === null) return await readWhole(response);
      await response.body?.cancel();
      url = next;
    }
  };

/** Where to ask again; null when this answer is to be taken as it is. */
const redirectTarget = (response: Response, url: string, method: string): string | null => {
  const location = response.headers.get("location");
  const keepsMethod = response.status === 307 || response.status === 308;
  const isRead = method === "GET" || method === "HEAD";
  const isRedirect = keepsMethod || (isRead && (response.status === 301 || response.status === 302));
  if (!isRedirect || location === null || !URL.canParse(location, url)) return null;
  const target = new URL(location, url);
  return target.origin === new URL(url).origin ? target.href : null;
};

const readWhole = async (response: Response): Promise<Response> => {
  const chunks: Uint8Array[] = [];
  let size_bytes = 0;
  for await (const chunk of response.body ?? []) {
    size_bytes += chunk.byteLength;
    if (size_bytes > RESPONSE_SIZE_BYTES_MAX) throw new ResponseTooLargeError(RESPONSE_SIZE_BYTES_MAX);
    chunks.push(chunk);
  }
  const { status, statusText, headers } = response;
  // A Response with one of these statuses must not be given a body.
  const body = status === 204 || status === 205 || status === 304 ? null : Buffer.concat(chunks);
  return new Response(body, { status, statusText, headers });
};
