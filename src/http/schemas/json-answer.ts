import type { z } from "zod";

/** A JSON answer with its own description in the OpenAPI document. */
export const jsonAnswer = <T extends z.ZodType>(description: string, schema: T) => ({
  description,
  content: { "application/json": { schema } },
});
