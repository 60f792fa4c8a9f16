import type { FastifySchemaCompiler } from "fastify";
import type { z } from "zod";
import { AppError, type FieldError } from "../errors.ts";

const PROBLEMS_SHOWN_MAX = 20;

const MESSAGES: Record<string, string> = {
  body: "The body holds values that are not allowed; see the fields.",
  querystring: "The query holds values that are not allowed; see the fields.",
  params: "The path holds values that are not allowed; see the fields.",
  headers: "The headers hold values that are not allowed; see the fields.",
};

/**
 * Validates with Zod, like the type provider's own compiler, but keeps the paths as Zod gives them and names
 * unknown keys one by one. A schema may throw an AppError of its own, such as a 404 for an id no row can have.
 */
export const validatorCompiler: FastifySchemaCompiler<z.ZodType> = ({ schema, httpPart }) => {
  const message = MESSAGES[httpPart ?? ""] ?? "The request holds values that are not allowed.";
  return (data: unknown) => {
    // Fastify hands null over where there is no body.
    if (httpPart === "body" && data === null) {
      return schema.safeParse(undefined).success
        ? { value: undefined }
        : { error: new AppError("BAD_REQUEST", "This route needs a JSON object as its body.") };
    }
    try {
      const result = schema.safeParse(data);
      if (result.success) return { value: result.data };
      const fields = result.error.issues.flatMap(fieldsOf).slice(0, PROBLEMS_SHOWN_MAX);
      return { error: new AppError("VALIDATION_ERROR", message, { fields }) };
    } catch (error) {
      if (error instanceof AppError) return { error };
      throw error;
    }
  };
};

const fieldsOf = (issue: z.core.$ZodIssue): FieldError[] => {
  const path = issue.path.map(String);
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => ({ path: [...path, key].join("."), message: "is not known here" }));
  }
  return [{ path: path.join("."), message: issue.message }];
};
