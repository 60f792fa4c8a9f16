import { cleanRemoteText } from "./remote-text.ts";
import { GitError, type GitErrorKind } from "./transport.ts";

/** A host explains a refusal in a line or two ("Write access to repository not granted."). */
const EXPLANATION_CHARS_MAX = 500;
/** How much of a refusal's body is read for that. */
const EXPLANATION_BYTES_MAX = 4_096;

/** As in the answers of GitHub's REST API, https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api. */
const RATE_LIMIT_TEXT = /rate limit|abuse detection/i;

/** Turns an answer that is not 200 into the error a caller can act on, without the credentials it was refused for. */
export async function readRefusal(host: string, response: Response, credentials: string): Promise<GitError> {
  const { status, headers } = response;
  const text = withoutCredentials(await plainTextOf(response), credentials);
  const explanation = cleanRemoteText(text, EXPLANATION_CHARS_MAX);
  const message = `${host} answered ${status}${explanation ? `: ${explanation}` : ""}`;
  const retryAfter_s = retryAfterSeconds(headers) ?? resetSeconds(headers);
  const asksToWait = headers.has("retry-after") || nothingRemains(headers) || RATE_LIMIT_TEXT.test(text);
  return new GitError(kindOf(status, asksToWait), message, {
    status,
    ...(retryAfter_s === undefined ? {} : { retryAfter_s }),
  });
}

/** The beginning of a plain text body; a page for people says nothing in a line. */
async function plainTextOf(response: Response): Promise<string> {
  if (response.body === null) return "";
  if (!response.headers.get("content-type")?.startsWith("text/plain")) {
    await response.body.cancel();
    return "";
  }
  const chunks: Uint8Array[] = [];
  let size_bytes = 0;
  for await (const chunk of response.body) {
    chunks.push(chunk);
    size_bytes += chunk.length;
    if (size_bytes >= EXPLANATION_BYTES_MAX) break;
  }
  return Buffer.concat(chunks).toString("utf8", 0, EXPLANATION_BYTES_MAX);
}

/** A server that echoes a request must not bring its credentials into an error. */
function withoutCredentials(text: string, authorization: string): string {
  const value = authorization.slice(authorization.indexOf(" ") + 1);
  const password = Buffer.from(value, "base64").toString("utf8").split(":").slice(1).join(":");
  let clean = text;
  for (const secret of [value, password]) if (secret) clean = clean.replaceAll(secret, "[redacted]");
  return clean;
}

function kindOf(status: number, asksToWait: boolean): GitErrorKind {
  if (status === 429 || (status === 403 && asksToWait)) return "rate_limited";
  if (status >= 500) return "server";
  switch (status) {
    case 401:
      return "unauthorized";
    case 403:
      return "forbidden";
    case 404:
      return "not_found";
    case 413:
      return "too_large";
    default:
      return "protocol";
  }
}

/** Seconds, or a date (RFC 9110, 10.2.3), which is read against the host's own clock. */
function retryAfterSeconds(headers: Headers): number | undefined {
  const value = headers.get("retry-after");
  if (value === null) return undefined;
  if (/^\d{1,9}$/.test(value)) return Number(value);
  const wait_ms = Date.parse(value) - Date.parse(headers.get("date") ?? "");
  return Number.isNaN(wait_ms) ? undefined : Math.max(0, Math.ceil(wait_ms / 1000));
}

const nothingRemains = (headers: Headers): boolean => headers.get("x-ratelimit-remaining") === "0";

/** `x-ratelimit-reset` is in seconds since the epoch, by the host's own clock, and means something when nothing remains. */
function resetSeconds(headers: Headers): number | undefined {
  const reset = headers.get("x-ratelimit-reset") ?? "";
  const date_ms = Date.parse(headers.get("date") ?? "");
  if (!nothingRemains(headers) || !/^\d{1,10}$/.test(reset) || Number.isNaN(date_ms)) return undefined;
  return Math.max(0, Math.ceil(Number(reset) - date_ms / 1000));
}
