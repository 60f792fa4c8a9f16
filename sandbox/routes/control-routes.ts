import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { z } from "zod";
import type { Faults } from "../faults/faults.ts";
import { GitHubError } from "../github-error.ts";
import type { HooksControl } from "../hooks/hooks-control.ts";
import { registerHookControl } from "../hooks/register-hook-control.ts";
import type { People } from "../people.ts";
import type { RequestLog } from "../server/request-log.ts";
import { UnknownNameError } from "../world/find.ts";
import type { World } from "../world.ts";
import { FaultBody } from "./control-bodies.ts";
import { registerPullActions } from "./pull-actions.ts";
import { registerRepositoryControl } from "./repository-control.ts";
import { registerWorldControl } from "./world-control.ts";

export interface Control {
  world: World;
  people: People;
  faults: Faults;
  hooks: HooksControl;
  log: RequestLog;
  /** What a joining process compares with `server.json`. */
  instance: string;
}

/** Steering the sandbox from another process; sandbox/README.md has the table. */
export function registerControl(app: FastifyInstance, control: Control): void {
  app.register(
    async (scope) => {
      scope.setErrorHandler(answerError);
      scope.get("/server", () => ({ instance: control.instance, pid: process.pid }));
      registerWorldControl(scope, control.world);
      registerRepositoryControl(scope, control);
      faultRoutes(scope, control);
      registerHookControl(scope, control.hooks);
      registerPullActions(scope, control.people, (_request, reply, result) => reply.send(result ?? {}));
      // Otherwise it would be taken for a repository's page.
      scope.all("/*", (_request, reply) => reply.code(404).send({ message: "There is no such control." }));
    },
    { prefix: "/_sandbox" },
  );
}

const param = (request: FastifyRequest, name: string): string =>
  (request.params as Record<string, string>)[name] ?? "";

function faultRoutes(scope: FastifyInstance, { faults, log }: Control): void {
  scope.get("/requests", () => log.list());
  scope.delete("/requests", (_request, reply) => {
    log.clear();
    return reply.code(204).send();
  });
  scope.get("/faults", () => faults.list());
  scope.post("/faults", (request, reply) =>
    reply.code(201).send({ id: faults.add(FaultBody.parse(request.body)) }),
  );
  scope.delete("/faults", (_request, reply) => {
    faults.clear();
    return reply.code(204).send();
  });
  scope.delete("/faults/:id", (request, reply) => {
    faults.remove(param(request, "id"));
    return reply.code(204).send();
  });
  scope.get("/faults/:id/held", async (request) => {
    await faults.held(param(request, "id"));
    return { held: true };
  });
  scope.post("/faults/:id/lose", (request, reply) => {
    faults.lose(param(request, "id"));
    return reply.code(204).send();
  });
  scope.post("/faults/:id/release", (request, reply) => {
    faults.release(param(request, "id"));
    return reply.code(204).send();
  });
}

function answerError(error: unknown, _request: FastifyRequest, reply: FastifyReply): FastifyReply {
  if (error instanceof z.ZodError) return reply.code(422).send({ message: z.prettifyError(error) });
  if (error instanceof UnknownNameError) return reply.code(404).send({ message: error.message });
  if (error instanceof GitHubError) return reply.code(error.status).send(error.body);
  const status = (error as { statusCode?: number }).statusCode ?? 400;
  return reply.code(status).send({ message: error instanceof Error ? error.message : String(error) });
}
