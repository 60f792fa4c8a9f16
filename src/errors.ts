/**
 * Every error code of the product, in one place. The HTTP status of an API code is given at the edge
 * (`http/error-codes.ts`); what to do about each code is in docs/operations.md.
 */

/** Codes the internal API answers. */
export const API_CODES = [
  "BAD_REQUEST",
  "UNAUTHORIZED",
  "FORBIDDEN",
  "NOT_FOUND",
  "PAYLOAD_TOO_LARGE",
  "UNSUPPORTED_MEDIA_TYPE",
  "VALIDATION_ERROR",
  "RATE_LIMITED",
  "INTERNAL",
  "DATABASE_UNAVAILABLE",
  "PROPOSAL_NOT_FOUND",
  "PROPOSAL_EXISTS",
  "INVALID_STATE_TRANSITION",
  "CLUSTER_HAS_NO_CONFIG_REPO",
  "GITHUB_NOT_CONFIGURED",
  "QUEUE_UNAVAILABLE",
  "UNSUPPORTED_PROVIDER",
  "CONFIG_REPO_EXISTS",
  "CONFIG_REPO_NAME_TAKEN",
  "CONFIG_REPO_NOT_FOUND",
  "AUTH_REF_NOT_FOUND",
  "CLUSTER_NOT_FOUND",
  "CLUSTER_NAME_TAKEN",
  "TEMPLATE_NOT_FOUND",
  "TEMPLATE_EXISTS",
  "STUDY_NOT_FOUND",
  "GITHUB_API_FAILED",
] as const;
export type ApiCode = (typeof API_CODES)[number];

/** Codes a job writes into `pr_open_error`. The proposal stays pending and can be retried. */
export const WORKER_CODES = [
  "PARAM_NOT_IN_TEMPLATE",
  "PARAM_VALUE_INVALID",
  "PARAMS_FILE_NOT_FOUND",
  "INVALID_CONFIG_PATH",
  "NO_CHANGES",
  "BRANCH_EXISTS",
  "CLONE_FAILED",
  "PUSH_REJECTED",
  "GITHUB_API_FAILED",
  "GITHUB_NOT_CONFIGURED",
] as const;
export type WorkerCode = (typeof WORKER_CODES)[number];

export type Code = ApiCode | WorkerCode;

/** Why GITHUB_NOT_CONFIGURED: who has to act differs for each. */
export const NOT_CONFIGURED_REASONS = [
  "no_credentials",
  "uninstalled",
  "suspended",
  "repo_removed",
  "archived",
  "permission_pending",
] as const;
export type NotConfiguredReason = (typeof NOT_CONFIGURED_REASONS)[number];

/** The same request may succeed later without anybody changing anything. */
const RETRYABLE: ReadonlySet<Code> = new Set<Code>([
  "RATE_LIMITED",
  "INTERNAL",
  "DATABASE_UNAVAILABLE",
  "QUEUE_UNAVAILABLE",
  "CLONE_FAILED",
  "GITHUB_API_FAILED",
]);

export const isRetryable = (code: Code): boolean => RETRYABLE.has(code);

export const isWorkerCode = (code: string): code is WorkerCode =>
  (WORKER_CODES as readonly string[]).includes(code);

export interface FieldError {
  /** Dotted path into the request, such as `config_diff.boost.to`. */
  path: string;
  message: string;
}

interface AppErrorOptions {
  reason?: string;
  fields?: FieldError[];
  cause?: unknown;
}

/**
 * An outcome somebody has to be told of. `message` says what is wrong and what to do next, and never
 * holds a secret; `reason` is a short word a program can switch on.
 */
export class AppError extends Error {
  readonly code: Code;
  readonly reason: string | undefined;
  readonly fields: FieldError[] | undefined;

  constructor(code: Code, message: string, options: AppErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "AppError";
    this.code = code;
    this.reason = options.reason;
    this.fields = options.fields;
  }

  get retryable(): boolean {
    return isRetryable(this.code);
  }
}
