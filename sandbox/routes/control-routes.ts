import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { z } from "zod";
import type { Faults } from "../faults/faults.ts";
import { GitHubError } from "../github-error.ts";
import type { People } from "../people.ts";
import type { RequestLog } from "../server/request-log.ts";
import { UnknownNameError } from "../world/find.ts";
import type { World } from "../world.ts";
import {
  CommitBody,
  FaultBody,
  InstallationBody,
  NewRepositoryBody,
  OrganizationBody,
  RepositoryBody,
  SettingsBody,
} from "./control-bodies.ts";
import { registerPullActions } from "./pull-actions.ts";

export interface Control {
  world: World;
  people: People;
  faults: Faults;
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
      worldRoutes(scope, control.world);
      faultRoutes(scope, control);
      registerPullActions(scope, control.people, (_request, reply, result) => reply.send(result ?? {}));
      // Otherwise it would be taken for a repository's page.
      scope.all("/*", (_request, reply) => reply.code(404).send({ message: "There is no such control." }));
    },
    { prefix: "/_sandbox" },
  );
}

const param = (request: FastifyRequest, name: string): string =>
  (request.params as Record<string, string>)[name] ?? "";
const repositoryOf = (request: FastifyRequest): string =>
  `${param(request, "owner")}/${param(request, "repo")}`;

function worldRoutes(scope: FastifyInstance, world: World): void {
  const REPOSITORY = "/repositories/:owner/:repo";

  scope.post("/organizations", (request) =>
    world.createOrganization(OrganizationBody.parse(request.body).login),
  );
  scope.get("/repositories", () => world.repositories());
  scope.post("/repositories", (request) => world.createRepository(NewRepositoryBody.parse(request.body)));

  scope.patch(REPOSITORY, async (request) => {
    const { name, archived, branch_rule } = RepositoryBody.parse(request.body);
    const { id } = world.repository(repositoryOf(request));
    if (archived !== undefined) await world.archiveRepository(id, archived);
    if (branch_rule !== undefined) await world.setBranchRule(id, branch_rule);
    if (name !== undefined) await world.renameRepository(id, name);
    return world.repository(id);
  });
  scope.post(`${REPOSITORY}/commits`, async (request) => {
    const { person, branch, files, message, parent } = CommitBody.parse(request.body);
    const options = {
      ...(message === undefined ? {} : { message }),
      ...(parent === undefined ? {} : { parent }),
    };
    return { sha: await world.pushAs(person, repositoryOf(request), branch, files, options) };
  });
  scope.delete(`${REPOSITORY}/branches/*`, async (request, reply) => {
    await world.deleteBranch(repositoryOf(request), param(request, "*"));
    return reply.code(204).send();
  });

  scope.patch("/installations/:account", async (request) => {
    const found = world.installation(param(request, "account"));
    if (!found) throw new UnknownNameError(`installation on ${param(request, "account")}`);
    const change = InstallationBody.parse(request.body);
    if (change.suspended === true) await world.suspend(found.id);
    if (change.suspended === false) await world.unsuspend(found.id);
    if (change.permissions) await world.setPermissions(found.id, change.permissions);
    for (const repository of change.add_repositories) await world.addRepository(found.id, repository);
    for (const repository of change.remove_repositories) await world.removeRepository(found.id, repository);
    return world.installation(found.id);
  });
  scope.put("/installations/:account", (request) => world.install(param(request, "account")));
  scope.delete("/installations/:account", async (request, reply) => {
    const found = world.installation(param(request, "account"));
    if (found) await world.uninstall(found.id);
    return reply.code(204).send();
  });
  scope.patch("/settings", async (request, reply) => {
    await world.useStatelessTokens(SettingsBody.parse(request.body).stateless_tokens);
    return reply.code(204).send();
  });
}

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
