import { describe, expect, it } from "vitest";
import { classifyResponse, ResponseTooLargeError } from "../../src/github/classify-response.ts";

const NOW_MS = Date.parse("2026-11-22T12:00:00.000Z");
const seconds = (ms: number) => String(Math.floor(ms / 1_000));

const answer = (status: number, headers: Record<string, string> = {}, data: unknown = {}) =>
  Object.assign(new Error("x"), { name: "HttpError", status, response: { headers, data } });
const classify = (error: unknown) => classifyResponse(error, NOW_MS);

describe("an answer of GitHub", () => {
  it("that did not come is uncertain", () => {
    const dropped = Object.assign(new Error("socket hang up"), { name: "HttpError", status: 500 });
    expect(classify(dropped)).toEqual({ kind: "uncertain", wait_ms_min: 0 });
  });

  it("that a certificate or a proxy keeps away for good is final", () => {
    const untrusted = Object.assign(new Error("certificate has expired"), { code: "CERT_HAS_EXPIRED" });
    const cause = new TypeError("fetch failed", { cause: untrusted });
    const refused = Object.assign(new Error("x", { cause }), { name: "HttpError", status: 500 });
    expect(classify(refused)).toEqual({ kind: "final" });
  });

  it.each([500, 502, 503, 504])("with status %i is uncertain", (status) => {
    expect(classify(answer(status))).toEqual({ kind: "uncertain", wait_ms_min: 0 });
  });

  it("with a 5xx and Retry-After is uncertain, and not asked again before", () => {
    expect(classify(answer(503, { "retry-after": "20" }))).toEqual({
      kind: "uncertain",
      wait_ms_min: 20_000,
    });
  });

  it("that is too large is final", () => {
    const cause = new ResponseTooLargeError(1);
    const error = Object.assign(new Error("x", { cause }), { name: "HttpError", status: 500 });
    expect(classify(error)).toEqual({ kind: "final" });
  });

  it.each([
    [401, "unauthorized"],
    [404, "not_found"],
    [400, "final"],
    [403, "final"],
    [409, "final"],
    [410, "final"],
    [422, "final"],
    [451, "final"],
  ])("with status %i is %s", (status, kind) => {
    expect(classify(answer(status))).toEqual({ kind });
  });

  it("is nothing to classify when it is another error", () => {
    expect(classify(new TypeError("x"))).toBeNull();
    expect(classify("x")).toBeNull();
  });
});

describe("a rate limit", () => {
  it.each([403, 429])("is %i with Retry-After", (status) => {
    expect(classify(answer(status, { "retry-after": "30" }))).toEqual({
      kind: "rate_limited",
      wait_ms: 30_000,
    });
  });

  it.each([403, 429])("is %i with nothing remaining, until the reset", (status) => {
    const headers = { "x-ratelimit-remaining": "0", "x-ratelimit-reset": seconds(NOW_MS + 90_000) };
    expect(classify(answer(status, headers))).toEqual({ kind: "rate_limited", wait_ms: 90_000 });
  });

  it("obeys Retry-After before the reset", () => {
    const reset = seconds(NOW_MS + 90_000);
    const headers = { "retry-after": "5", "x-ratelimit-remaining": "0", "x-ratelimit-reset": reset };
    expect(classify(answer(403, headers))).toMatchObject({ wait_ms: 5_000 });
  });

  it("is measured by GitHub's clock where ours is off", () => {
    const theirs = NOW_MS - 3_600_000;
    const headers = {
      date: new Date(theirs).toUTCString(),
      "x-ratelimit-remaining": "0",
      "x-ratelimit-reset": seconds(theirs + 10_000),
    };
    expect(classify(answer(403, headers))).toMatchObject({ wait_ms: 10_000 });
  });

  it("may name a date", () => {
    const headers = { "retry-after": new Date(NOW_MS + 40_000).toUTCString() };
    expect(classify(answer(429, headers))).toMatchObject({ wait_ms: 40_000 });
  });

  it("is never no wait at all", () => {
    const past = { "x-ratelimit-remaining": "0", "x-ratelimit-reset": seconds(NOW_MS - 10_000) };
    expect(classify(answer(403, past))).toMatchObject({ wait_ms: 1_000 });
    expect(classify(answer(429, { "retry-after": "0" }))).toMatchObject({ wait_ms: 1_000 });
  });

  it.each(["", "soon", "-5", "1e9", "99999999999"])(
    "without a time that can be read (%j) names none",
    (value) => {
      expect(classify(answer(429, { "retry-after": value }))).toEqual({
        kind: "rate_limited",
        wait_ms: null,
      });
      const headers = { "x-ratelimit-remaining": "0", "x-ratelimit-reset": value };
      expect(classify(answer(403, headers))).toEqual({ kind: "rate_limited", wait_ms: null });
    },
  );

  it("is known by its text where the headers say nothing", () => {
    const data = { message: "You have exceeded a secondary rate limit. Please wait a few minutes." };
    expect(classify(answer(403, {}, data))).toEqual({ kind: "rate_limited", wait_ms: null });
    // What remains of the primary limit says nothing of the secondary one.
    const headers = { "x-ratelimit-remaining": "4000", "x-ratelimit-reset": seconds(NOW_MS + 90_000) };
    expect(classify(answer(403, headers, data))).toEqual({ kind: "rate_limited", wait_ms: null });
  });

  it("has come as 422 with the code abuse", () => {
    const data = { message: "Validation Failed", errors: [{ resource: "Issue", code: "abuse" }] };
    expect(classify(answer(422, {}, data))).toEqual({ kind: "rate_limited", wait_ms: null });
    expect(classify(answer(422, { "retry-after": "7" }, { code: "abuse" }))).toMatchObject({
      wait_ms: 7_000,
    });
  });

  it("is not every 403 or 422", () => {
    const forbidden = answer(
      403,
      { "x-ratelimit-remaining": "4999" },
      { message: "Resource not accessible" },
    );
    expect(classify(forbidden)).toEqual({ kind: "final" });
    expect(classify(answer(422, {}, { errors: [{ code: "custom" }, null, "abuse"] }))).toEqual({
      kind: "final",
    });
  });
});
