/** One request as the log keeps it: REST, git and pages alike; the sandbox's own control routes are not in it. */
export interface LoggedRequest {
  method: string;
  /** With `/api/v3` where it is REST, without the query. */
  path: string;
  /** The part from `?` on, or an empty string. */
  query: string;
  /** Null while it is being answered, or when the connection was dropped without an answer. */
  status: number | null;
  /** Milliseconds since the epoch, by the sandbox's clock. */
  at: number;
  /** Id of the fault that answered, held or broke it. */
  fault: string | null;
}

const REQUESTS_MAX = 10_000;

export interface RequestLog {
  /** The entry is filled in as the request goes on. */
  add(entry: LoggedRequest): void;
  list(): LoggedRequest[];
  clear(): void;
}

export function createRequestLog(): RequestLog {
  let entries: LoggedRequest[] = [];
  return {
    add(entry) {
      entries.push(entry);
      if (entries.length > REQUESTS_MAX) entries = entries.slice(-REQUESTS_MAX);
    },
    list: () => entries.map((entry) => ({ ...entry })),
    clear: () => {
      entries = [];
    },
  };
}
