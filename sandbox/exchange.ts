/** One REST request with its answer, as it left the sandbox. */
export interface Exchange {
  method: string;
  /** Without `/api/v3` and without the query, still URL-encoded: `/repos/acme/search-config/pulls`. */
  path: string;
  query: Record<string, string | string[]>;
  /** Parsed JSON; undefined when there was none. */
  requestBody: unknown;
  status: number;
  /** Parsed JSON; undefined for an empty answer such as a 204 or 304. */
  responseBody: unknown;
}

export interface Exchanges {
  tell(exchange: Exchange): void;
  /** @returns a function that removes the listener. */
  listen(listener: (exchange: Exchange) => void): () => void;
}

export function createExchanges(): Exchanges {
  const listeners = new Set<(exchange: Exchange) => void>();
  return {
    tell: (exchange) => {
      for (const listener of listeners) listener(exchange);
    },
    listen(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
