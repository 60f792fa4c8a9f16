const REQUEST_TIMEOUT_MS = 30_000;

/** Calls a route of the internal API. @throws with method, path, status and answer when it is refused */
export type ApiCall = <T>(method: "GET" | "POST" | "PUT", path: string, body?: object) => Promise<T>;

/** A client of the internal API, for what the service shows of itself. */
export const createApiCall =
  (options: { url: string; token: string; actor: string; signal: AbortSignal }): ApiCall =>
  async <T>(method: string, path: string, body?: object): Promise<T> => {
    const response = await fetch(`${options.url}/api/v1${path}`, {
      method,
      headers: {
        authorization: `Bearer ${options.token}`,
        "x-relyloop-actor": options.actor,
        ...(body && { "content-type": "application/json" }),
      },
      ...(body && { body: JSON.stringify(body) }),
      signal: AbortSignal.any([options.signal, AbortSignal.timeout(REQUEST_TIMEOUT_MS)]),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${text}`);
    return JSON.parse(text) as T;
  };
