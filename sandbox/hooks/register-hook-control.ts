import type { FastifyInstance, FastifyRequest } from "fastify";
import { z } from "zod";
import type { HooksControl } from "./hooks-control.ts";

const HookBody = z.strictObject({
  url: z
    .url({ protocol: /^https?$/ })
    .nullable()
    .optional(),
  secret: z.string().min(1).optional(),
});

const RuleBody = z.strictObject({
  event: z.string().optional(),
  action: z.string().optional(),
  redelivery: z.boolean().optional(),
  skip: z.int().min(0).optional(),
  times: z.int().min(1).nullable().optional(),
  do: z.enum(["lose", "fail", "duplicate", "hold"]),
  release_at: z.int().min(1).optional(),
  order: z.enum(["happened", "reversed"]).optional(),
});

const ReleaseBody = z.strictObject({
  order: z.enum(["happened", "reversed"]).exactOptional(),
  deliveries: z.array(z.int()).exactOptional(),
});

const HeldQuery = z.object({ count: z.coerce.number().int().min(1).default(1) });

/** {@link HooksControl} as JSON; sandbox/README.md has the table. */
export function registerHookControl(scope: FastifyInstance, hooks: HooksControl): void {
  const id = (request: FastifyRequest): string => (request.params as { id: string }).id;

  scope.get("/hook", () => ({ url: hooks.url() }));
  scope.put("/hook", async (request, reply) => {
    const { url, secret } = HookBody.parse(request.body);
    if (url !== undefined) await hooks.setUrl(url);
    if (secret !== undefined) hooks.useSecret(secret);
    return reply.code(204).send();
  });
  scope.get("/hook/idle", async () => {
    await hooks.idle();
    return { idle: true };
  });

  scope.get("/hook/deliveries", () => hooks.deliveries());
  scope.get("/hook/deliveries/:id", (request) => hooks.delivery(Number(id(request))));
  scope.post("/hook/deliveries/:id/attempts", async (request, reply) => {
    await hooks.redeliver(Number(id(request)));
    return reply.code(202).send({});
  });

  scope.get("/hook/rules", () => hooks.rules());
  scope.post("/hook/rules", (request, reply) =>
    reply.code(201).send({ id: hooks.addRule(RuleBody.parse(request.body)) }),
  );
  scope.delete("/hook/rules", (_request, reply) => {
    hooks.clearRules();
    return reply.code(204).send();
  });
  scope.delete("/hook/rules/:id", (request, reply) => {
    hooks.removeRule(id(request));
    return reply.code(204).send();
  });
  scope.get("/hook/rules/:id/held", async (request) => {
    const { count } = HeldQuery.parse(request.query);
    return { deliveries: await hooks.held(id(request), count) };
  });
  scope.post("/hook/rules/:id/release", (request, reply) => {
    hooks.release(id(request), ReleaseBody.parse(request.body ?? {}));
    return reply.code(204).send();
  });
}
