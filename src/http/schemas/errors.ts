import { z } from "zod";
import { API_CODES, type Code, NOT_CONFIGURED_REASONS, WORKER_CODES } from "../../errors.ts";
import { ERROR_CODES } from "../error-codes.ts";

const codes = [...new Set<Code>([...API_CODES, ...WORKER_CODES])] as [Code, ...Code[]];

export const errorSchema = z
  .object({
    detail: z.object({
      error_code: z.enum(codes),
      message: z.string(),
      retryable: z
        .boolean()
        .describe("The same request may succeed later without anybody changing anything."),
      reason: z
        .string()
        .optional()
        .describe(`For GITHUB_NOT_CONFIGURED one of ${NOT_CONFIGURED_REASONS.join(", ")}.`),
      fields: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
    }),
  })
  .meta({ id: "Error", description: "Every answer that is not a success." });

const READ_CODES: Code[] = [
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
];

type ErrorResponses = Record<
  number,
  { description: string; content: { "application/json": { schema: typeof errorSchema } } }
>;

/** The error answers of a route: those any route may give, and its own. Codes of one status share an entry. */
export const errorResponses = (...own: Code[]): ErrorResponses => {
  const byStatus = Map.groupBy(new Set([...own, ...READ_CODES]), (code) => ERROR_CODES[code].status);
  const responses: ErrorResponses = {};
  for (const [status, codesOfStatus] of byStatus) {
    responses[status] = {
      description: codesOfStatus.map((code) => `\`${code}\`: ${ERROR_CODES[code].meaning}`).join("\n\n"),
      content: { "application/json": { schema: errorSchema } },
    };
  }
  return responses;
};
