import type { FastifyInstance, FastifyRequest } from "fastify";
import { z } from "zod";
import type { People } from "../people.ts";
import { OpenPullBody } from "../routes/pull-actions.ts";
import { installationOn } from "../routes/world-control.ts";
import type { By, World } from "../world.ts";

const person = z.string().min(1).exactOptional();
const ByForm = z.object({ person });
const InstallForm = z.object({
  person,
  selection: z.enum(["all", "selected"]),
  repositories: z.string().default(""),
});
const RepositoryForm = z.object({ person, repository: z.string() });
const LoginForm = z.object({ person, login: z.string().regex(/^[A-Za-z0-9-]+$/) });

const RenameForm = z.object({ person, name: z.string().regex(/^[\w.-]+$/) });
const TransferForm = z.object({ person, owner: z.string().min(1) });
const BranchForm = z.object({ person, branch: z.string().min(1) });
const ArchiveForm = z.object({ person, archived: z.enum(["true", "false"]) });

const by = ({ person }: By): By => (person === undefined ? {} : { person });
const param = (request: FastifyRequest, name: string): string =>
  (request.params as Record<string, string>)[name] ?? "";

/** Targets of the forms on an account's page. Each leads back to it. */
export function registerAccountActions(scope: FastifyInstance, world: World): void {
  function on<Schema extends z.ZodType>(
    action: string,
    schema: Schema,
    act: (login: string, body: z.infer<Schema>) => Promise<unknown>,
  ): void {
    scope.post(`/organizations/:login/settings/installations/${action}`, async (request, reply) => {
      const login = param(request, "login");
      const to = await act(login, schema.parse(request.body));
      return reply.redirect(`/${typeof to === "string" ? to : login}`, 303);
    });
  }
  const idOn = (login: string): number => installationOn(world, login).id;

  on("install", InstallForm, (login, { selection, repositories, ...who }) => {
    const names = repositories.split(/\s+/).filter((name) => name !== "");
    const full = names.map((name) => (name.includes("/") ? name : `${login}/${name}`));
    return world.install(login, { ...by(who), repositories: selection === "all" ? "all" : full });
  });
  on("uninstall", ByForm, (login, who) => world.uninstall(idOn(login), by(who)));
  on("suspend", ByForm, (login, who) => world.suspend(idOn(login), by(who)));
  on("unsuspend", ByForm, (login, who) => world.unsuspend(idOn(login), by(who)));
  on("select-all", ByForm, (login, who) => world.selectRepositories(idOn(login), "all", by(who)));
  on("add-repository", RepositoryForm, (login, { repository, ...who }) =>
    world.addRepository(idOn(login), repository, by(who)),
  );
  on("remove-repository", RepositoryForm, (login, { repository, ...who }) =>
    world.removeRepository(idOn(login), repository, by(who)),
  );
  on("accept-permissions", ByForm, (login, who) => world.acceptPermissions(idOn(login), by(who)));
  on("rename", LoginForm, async (login, { login: next, ...who }) => {
    await world.renameAccount(login, next, by(who));
    return next;
  });
}

/** Targets of the forms on a repository's page. */
export function registerRepositoryActions(scope: FastifyInstance, world: World, people: People): void {
  function on<Schema extends z.ZodType>(
    action: string,
    schema: Schema,
    act: (repository: string, body: z.infer<Schema>) => Promise<string>,
  ): void {
    scope.post(`/:owner/:repo/${action}`, async (request, reply) => {
      const repository = `${param(request, "owner")}/${param(request, "repo")}`;
      return reply.redirect(await act(repository, schema.parse(request.body)), 303);
    });
  }
  const back = (name: string): string => `/${name}`;

  on("pulls", OpenPullBody, async (repository, body) => {
    const { number } = await people.openPull(repository, body);
    return `/${repository}/pull/${number}`;
  });
  on("settings/rename", RenameForm, async (repository, { name, ...who }) =>
    back((await world.renameRepository(repository, name, by(who))).full_name),
  );
  on("settings/transfer", TransferForm, async (repository, { owner, ...who }) =>
    back((await world.transferRepository(repository, owner, by(who))).full_name),
  );
  on("settings/default-branch", BranchForm, async (repository, { branch, ...who }) =>
    back((await world.setDefaultBranch(repository, branch, by(who))).full_name),
  );
  on("settings/archive", ArchiveForm, async (repository, { archived, ...who }) => {
    await world.archiveRepository(repository, archived === "true", by(who));
    return back(repository);
  });
  on("settings/delete", ByForm, async (repository, who) => {
    await world.deleteRepository(repository, by(who));
    return "/";
  });
}
