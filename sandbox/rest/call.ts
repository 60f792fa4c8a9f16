import type { FastifyRequest } from "fastify";
import type { z } from "zod";
import { GitHubError } from "../github-error.ts";

/** One REST request, as handlers see it. */
export interface Call {
  /** Parts of the path, decoded; `*` is the rest of it. */
  params: Record<string, string>;
  query: Record<string, string>;
  body: unknown;
  /** Path below the API's root, with the query, still encoded. */
  target: string;
}

export interface Answer {
  status: number;
  /** Sent as JSON; unset: an empty answer. */
  body?: unknown;
  headers?: Record<string, string>;
}

export function callOf(request: FastifyRequest, prefix: string): Call {
  return {
    params: request.params as Record<string, string>,
    query: lastValues(request.query as Record<string, string | string[]>),
    body: request.body,
    target: request.url.slice(prefix.length),
  };
}

/** @throws GitHubError 422 in the words of GitHub's own schema check, 400 when the body is no object. */
export function readBody<T extends z.ZodType>(schema: T, body: unknown): z.infer<T> {
  if (typeof (body ?? {}) !== "object" || Array.isArray(body)) {
    throw new GitHubError(400, "Body should be a JSON object");
  }
  const result = schema.safeParse(body ?? {});
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const path = issue?.path.map(String) ?? [];
  if (issue?.code === "invalid_type" && issue.input === undefined && at(body, path) === undefined) {
    throw new GitHubError(422, `Invalid request.\n\n"${path.join(".")}" wasn't supplied.`);
  }
  const where = path.length === 0 ? "" : `For 'properties/${path.join("/properties/")}', `;
  throw new GitHubError(422, `Invalid request.\n\n${where}${issue?.message ?? "the value is not allowed"}.`);
}

/** @throws GitHubError 404 when it is no number: such a path leads nowhere. */
export function numberParam(call: Call, name: string): number {
  const text = call.params[name] ?? "";
  if (!/^\d{1,15}$/.test(text)) throw new GitHubError(404, "Not Found");
  return Number(text);
}

function at(body: unknown, path: string[]): unknown {
  return path.reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], body);
}

function lastValues(query: Record<string, string | string[]>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(query).map(([name, value]) => [name, Array.isArray(value) ? (value.at(-1) ?? "") : value]),
  );
}
