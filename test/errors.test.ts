import { describe, expect, it } from "vitest";
import { API_CODES, AppError, isRetryable, isWorkerCode, WORKER_CODES } from "../src/errors.ts";

describe("error codes", () => {
  it("stand once in their list, in capitals", () => {
    for (const codes of [API_CODES, WORKER_CODES]) {
      expect(new Set(codes).size).toBe(codes.length);
      for (const code of codes) expect(code).toMatch(/^[A-Z]+(_[A-Z]+)*$/);
    }
  });

  it("of workers are told from those of the API alone", () => {
    for (const code of WORKER_CODES) expect(isWorkerCode(code)).toBe(true);
    const both = API_CODES.filter(isWorkerCode);
    expect(both.sort()).toEqual(["GITHUB_API_FAILED", "GITHUB_NOT_CONFIGURED"]);
    expect(isWorkerCode("no code")).toBe(false);
  });

  it("that waiting may cure are those of what lies outside the request", () => {
    expect([...API_CODES, ...WORKER_CODES].filter(isRetryable).sort()).toEqual([
      "CLONE_FAILED",
      "DATABASE_UNAVAILABLE",
      "GITHUB_API_FAILED",
      "GITHUB_API_FAILED",
      "INTERNAL",
      "QUEUE_UNAVAILABLE",
      "RATE_LIMITED",
    ]);
  });
});

describe("an AppError", () => {
  it("says its code, its words, and what it was given beside them", () => {
    const cause = new Error("why");
    const fields = [{ path: "config_diff.boost.to", message: "is not a number" }];
    const error = new AppError("VALIDATION_ERROR", "The request is not valid.", {
      reason: "fields",
      fields,
      cause,
    });
    expect(error).toMatchObject({
      name: "AppError",
      code: "VALIDATION_ERROR",
      message: "The request is not valid.",
      reason: "fields",
      fields,
      cause,
      retryable: false,
    });
    expect(error).toBeInstanceOf(Error);
  });

  it("without more has neither reason nor cause", () => {
    const error = new AppError("QUEUE_UNAVAILABLE", "Nothing was changed.");
    expect(error).toMatchObject({ reason: undefined, fields: undefined, retryable: true });
    expect("cause" in error).toBe(false);
  });
});
