import { isLastingFailure } from "./lasting-failure.ts";
import type { Trouble } from "./trouble.ts";

/** The part of Octokit's RequestError that matters here. `response` is missing when there was no answer. */
export interface RequestError extends Error {
  status: number;
  response?: { headers: Record<string, string | number | undefined>; data: unknown };
}

/** By name, as Octokit advises: several copies of its class may be installed. */
export const isRequestError = (error: unknown): error is RequestError =>
  error instanceof Error && error.name === "HttpError" && "status" in error;

/** A body over the limit stays so: there is no use in reading it again. */
export class ResponseTooLargeError extends Error {
  constructor(size_bytes_max: number) {
    super(`The answer is larger than ${size_bytes_max} bytes`);
    this.name = "ResponseTooLargeError";
  }
}

/** A header that asks for less is read as this much, so that a wait is always a wait. */
const WAIT_MS_MIN = 1_000;
const RATE_LIMIT_TEXT = /rate limit|abuse detection/i;

/**
 * Source: https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api. A secondary limit has also
 * been seen as 422 with `code: abuse`.
 */
export const classifyResponse = (error: unknown, now_ms: number): Trouble | null => {
  if (!isRequestError(error)) return null;
  const { status, response } = error;
  if (error.cause instanceof ResponseTooLargeError) return { kind: "final" };
  if (response === undefined) {
    return isLastingFailure(error) ? { kind: "final" } : { kind: "uncertain", wait_ms_min: 0 };
  }
  const { headers, data } = response;
  if (status >= 500) return { kind: "uncertain", wait_ms_min: retryAfter_ms(headers, now_ms) ?? 0 };
  if (isRateLimit(status, headers, data)) {
    return {
      kind: "rate_limited",
      wait_ms: retryAfter_ms(headers, now_ms) ?? resetAfter_ms(headers, now_ms),
    };
  }
  if (status === 401) return { kind: "unauthorized" };
  if (status === 404) return { kind: "not_found" };
  return { kind: "final" };
};

type Headers = NonNullable<RequestError["response"]>["headers"];

const isRateLimit = (status: number, headers: Headers, data: unknown): boolean => {
  switch (status) {
    case 429:
      return true;
    case 403:
      return (
        headers["retry-after"] !== undefined ||
        String(headers["x-ratelimit-remaining"]) === "0" ||
        RATE_LIMIT_TEXT.test(messageOf(data))
      );
    case 422:
      return isAbuse(data);
    default:
      return false;
  }
};

/** GitHub's own words in an error answer; "" where it has none. */
export const messageOf = (data: unknown): string => {
  if (typeof data === "string") return data;
  if (typeof data !== "object" || data === null || !("message" in data)) return "";
  return typeof data.message === "string" ? data.message : "";
};

const hasAbuseCode = (value: unknown): boolean =>
  typeof value === "object" && value !== null && "code" in value && value.code === "abuse";

const isAbuse = (data: unknown): boolean => {
  if (hasAbuseCode(data)) return true;
  if (typeof data !== "object" || data === null || !("errors" in data)) return false;
  return Array.isArray(data.errors) && data.errors.some(hasAbuseCode);
};

/** Retry-After is in seconds or, by RFC 9110, a date. */
const retryAfter_ms = (headers: Headers, now_ms: number): number | null => {
  const value = headers["retry-after"];
  if (value === undefined) return null;
  const text = String(value).trim();
  if (/^\d{1,9}$/.test(text)) return Math.max(WAIT_MS_MIN, Number(text) * 1_000);
  // Date.parse alone makes a date of nearly everything, "-5" too.
  const at_ms = text.endsWith("GMT") ? Date.parse(text) : Number.NaN;
  return Number.isNaN(at_ms) ? null : Math.max(WAIT_MS_MIN, at_ms - serverNow_ms(headers, now_ms));
};

/** `x-ratelimit-reset` is in seconds since the epoch, and means something only when nothing remains. */
const resetAfter_ms = (headers: Headers, now_ms: number): number | null => {
  const reset = String(headers["x-ratelimit-reset"] ?? "");
  if (String(headers["x-ratelimit-remaining"]) !== "0" || !/^\d{1,10}$/.test(reset)) return null;
  return Math.max(WAIT_MS_MIN, Number(reset) * 1_000 - serverNow_ms(headers, now_ms));
};

/** GitHub's times are by GitHub's clock; ours may be off. */
const serverNow_ms = (headers: Headers, now_ms: number): number => {
  const date_ms = Date.parse(String(headers.date ?? ""));
  return Number.isNaN(date_ms) ? now_ms : date_ms;
};
