import type { FastifyInstance, FastifyRequest } from "fastify";
import { UnknownNameError } from "../world/find.ts";
import type { InstallationView, World } from "../world.ts";
import {
  AccountBody,
  ByBody,
  InstallationBody,
  InstallBody,
  OrganizationBody,
  SettingsBody,
} from "./control-bodies.ts";

const param = (request: FastifyRequest, name: string): string =>
  (request.params as Record<string, string>)[name] ?? "";

/** Accounts, installations and what the app asks for, as a JSON API. */
export function registerWorldControl(scope: FastifyInstance, world: World): void {
  const INSTALLATION = "/installations/:account";

  scope.post("/organizations", (request) =>
    world.createOrganization(OrganizationBody.parse(request.body).login),
  );
  scope.put("/organizations/:account/members/:person", async (request, reply) => {
    await world.addMember(param(request, "account"), param(request, "person"));
    return reply.code(204).send();
  });
  scope.patch("/accounts/:account", async (request, reply) => {
    const { login, ...by } = AccountBody.parse(request.body);
    await world.renameAccount(param(request, "account"), login, by);
    return reply.code(204).send();
  });

  scope.get(INSTALLATION, (request) => installationOn(world, param(request, "account")));
  scope.put(INSTALLATION, (request) =>
    world.install(param(request, "account"), InstallBody.parse(request.body ?? {})),
  );
  scope.patch(INSTALLATION, async (request) => {
    const { id } = installationOn(world, param(request, "account"));
    const { person, ...change } = InstallationBody.parse(request.body);
    const by = person === undefined ? {} : { person };
    if (change.suspended === true) await world.suspend(id, by);
    if (change.suspended === false) await world.unsuspend(id, by);
    if (change.permissions) await world.setPermissions(id, change.permissions, by);
    if (change.accept_permissions) await world.acceptPermissions(id, by);
    if (change.repositories) await world.selectRepositories(id, change.repositories, by);
    for (const repository of change.add_repositories) await world.addRepository(id, repository, by);
    for (const repository of change.remove_repositories) await world.removeRepository(id, repository, by);
    return world.installation(id);
  });
  scope.delete(INSTALLATION, async (request, reply) => {
    const found = world.installation(param(request, "account"));
    if (found) await world.uninstall(found.id, ByBody.parse(request.body ?? {}));
    return reply.code(204).send();
  });

  scope.patch("/settings", async (request, reply) => {
    const { stateless_tokens, app_permissions } = SettingsBody.parse(request.body);
    if (stateless_tokens !== undefined) await world.useStatelessTokens(stateless_tokens);
    if (app_permissions) await world.setAppPermissions(app_permissions);
    return reply.code(204).send();
  });
}

/** @throws UnknownNameError */
export function installationOn(world: World, account: string): InstallationView {
  const found = world.installation(account);
  if (!found) throw new UnknownNameError(`installation on ${account}`);
  return found;
}
