import { AppError, type Code, type FieldError } from "../errors.ts";

/** Every answer that is not a success. */
export interface ErrorEnvelope {
  detail: {
    error_code: Code;
    message: string;
    retryable: boolean;
    reason?: string;
    fields?: FieldError[];
  };
}

export type Redact = (text: string) => string;

/** Messages hold no secrets; the redactor is there for the day one does. */
export const errorEnvelope = (error: AppError, redact: Redact): ErrorEnvelope => ({
  detail: {
    error_code: error.code,
    message: redact(error.message),
    retryable: error.retryable,
    ...(error.reason !== undefined && { reason: redact(error.reason) }),
    ...(error.fields !== undefined && {
      fields: error.fields.map(({ path, message }) => ({ path: redact(path), message: redact(message) })),
    }),
  },
});

export const notFound = (): AppError =>
  new AppError("NOT_FOUND", "There is no such route. The routes are described at /api/docs.");
