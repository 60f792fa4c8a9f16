import { AppError } from "../errors.ts";

/** GitHub answered, and its answer is final; or it did not answer, and the tries are used up. */
export class GithubApiError extends AppError {
  /** HTTP status; null where there was no answer. */
  readonly status: number | null;

  /** @param message GitHub's own words, redacted and bounded. */
  constructor(message: string, status: number | null) {
    super("GITHUB_API_FAILED", message, { reason: status === null ? "unreachable" : `http_${status}` });
    this.name = "GithubApiError";
    this.status = status;
  }
}

/**
 * A write that must not be sent twice got no answer, or a 5xx: it may have happened. The caller looks before
 * it writes again. It is an AppError so that a caller which cannot look still ends in a named code.
 */
export class UncertainWriteError extends AppError {
  constructor(cause: unknown) {
    const why = cause instanceof Error ? cause.message : String(cause);
    super("GITHUB_API_FAILED", `It is not known whether GitHub did it: ${why}`, {
      reason: "uncertain",
      cause,
    });
    this.name = "UncertainWriteError";
  }
}

/**
 * GitHub asks for a longer wait than a job may sit out. The job frees its key and runs again at `until`. It is an
 * AppError so that a caller which cannot wait, such as an HTTP route, still ends in a named code.
 */
export class RescheduleError extends AppError {
  readonly until: Date;

  constructor(until: Date, reason: "rate_limited" | "unreachable") {
    super("GITHUB_API_FAILED", `GitHub asks to wait until ${until.toISOString()}.`, { reason });
    this.name = "RescheduleError";
    this.until = until;
  }
}
