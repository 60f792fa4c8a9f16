import { DOCUMENTATION_URL } from "../github-error.ts";

/** Answers GitHub is known to give, by what they stand for. */
export const READY_ANSWERS = [
  "primary_rate_limit",
  "secondary_limit_retry_after",
  "secondary_limit_body",
  "secondary_limit_429",
  "abuse_422",
  "bad_credentials",
  "not_found",
  "server_error",
  "bad_gateway",
  "unavailable",
] as const;
export type ReadyAnswer = (typeof READY_ANSWERS)[number];

export interface MadeUpAnswer {
  status: number;
  headers: Record<string, string>;
  body: string;
}

const RETRY_AFTER_S = 60;
const SECONDARY = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again.";

/**
 * @param retryAfter_s of the limits with a header: seconds in Retry-After, or until the primary limit's reset.
 */
export function readyAnswer(
  name: ReadyAnswer,
  now_ms: number,
  retryAfter_s: number = RETRY_AFTER_S,
): MadeUpAnswer {
  const retryAfter = { "retry-after": String(retryAfter_s) };
  switch (name) {
    case "primary_rate_limit":
      return json(403, "API rate limit exceeded for installation ID 1.", {
        "x-ratelimit-limit": "5000",
        "x-ratelimit-remaining": "0",
        "x-ratelimit-used": "5000",
        "x-ratelimit-reset": String(Math.ceil(now_ms / 1000) + retryAfter_s),
        "x-ratelimit-resource": "core",
      });
    case "secondary_limit_retry_after":
      return json(403, SECONDARY, retryAfter);
    case "secondary_limit_body":
      return json(403, SECONDARY);
    case "secondary_limit_429":
      return json(429, SECONDARY, retryAfter);
    case "abuse_422":
      return json(422, "Validation Failed", {}, [{ resource: "PullRequest", code: "abuse", field: "base" }]);
    case "bad_credentials":
      return json(401, "Bad credentials");
    case "not_found":
      return json(404, "Not Found");
    case "server_error":
      return json(500, "Server Error");
    case "bad_gateway":
      return page(
        502,
        "<html><head><title>502 Bad Gateway</title></head><body>502 Bad Gateway</body></html>",
      );
    case "unavailable":
      return page(
        503,
        "<html><head><title>Unicorn!</title></head><body>No server is currently available.</body></html>",
      );
    default:
      return name satisfies never;
  }
}

function json(
  status: number,
  message: string,
  headers: Record<string, string> = {},
  errors?: object[],
): MadeUpAnswer {
  const body = {
    message,
    ...(errors ? { errors } : {}),
    documentation_url: DOCUMENTATION_URL,
    status: String(status),
  };
  return {
    status,
    headers: { "content-type": "application/json; charset=utf-8", ...headers },
    body: JSON.stringify(body),
  };
}

const page = (status: number, body: string): MadeUpAnswer => ({
  status,
  headers: { "content-type": "text/html; charset=utf-8" },
  body,
});
