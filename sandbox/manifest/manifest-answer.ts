import type { FastifyReply } from "fastify";

/** A page whose form leads on to elsewhere says so: Chrome holds redirects after a form to the policy, too. */
export function setPolicy(reply: FastifyReply, formAction: string): FastifyReply {
  const policy = `default-src 'none'; style-src 'self'; form-action ${formAction}; base-uri 'none'; frame-ancestors 'none'`;
  return reply.header("content-security-policy", policy);
}

export const sendPage = (reply: FastifyReply, text: string): FastifyReply =>
  reply.type("text/html; charset=utf-8").send(text);

/** The last of a field that was sent several times; null when it was not sent. */
export function lastField(fields: unknown, name: string): string | null {
  const value = (fields as Record<string, unknown> | undefined)?.[name];
  const last: unknown = Array.isArray(value) ? value.at(-1) : value;
  return typeof last === "string" ? last : null;
}
