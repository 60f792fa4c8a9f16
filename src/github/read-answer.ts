import type { z } from "zod";
import { GithubApiError } from "./github-errors.ts";

/**
 * Takes from an answer the few fields that are used.
 * @throws GithubApiError when they are not there: a proxy's page with status 200, say
 */
export const readAnswer = <T>(schema: z.ZodType<T>, data: unknown, route: string): T => {
  const parsed = schema.safeParse(data);
  if (parsed.success) return parsed.data;
  const fields = parsed.error.issues.map((issue) => issue.path.join(".") || "the whole").slice(0, 5);
  throw new GithubApiError(`GitHub's answer to ${route} could not be read (${fields.join(", ")}).`, 200);
};
