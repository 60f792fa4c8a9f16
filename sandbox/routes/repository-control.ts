import type { FastifyInstance, FastifyRequest } from "fastify";
import type { People } from "../people.ts";
import type { World } from "../world.ts";
import {
  BranchBody,
  BulkPullsBody,
  BulkRepositoriesBody,
  ByBody,
  CommitBody,
  ForkBody,
  NewRepositoryBody,
  RepositoryBody,
  RoleBody,
} from "./control-bodies.ts";
import { OpenPullBody } from "./pull-actions.ts";

const param = (request: FastifyRequest, name: string): string =>
  (request.params as Record<string, string>)[name] ?? "";
const repositoryOf = (request: FastifyRequest): string =>
  `${param(request, "owner")}/${param(request, "repo")}`;

const REPOSITORY = "/repositories/:owner/:repo";

/** Repositories, their branches and new pull requests, as a JSON API. */
export function registerRepositoryControl(
  scope: FastifyInstance,
  { world, people }: { world: World; people: People },
): void {
  scope.get("/repositories", () => world.repositories());
  scope.post("/repositories", (request) => world.createRepository(NewRepositoryBody.parse(request.body)));
  scope.post("/repositories/bulk", async (request) => {
    const { owner, names } = BulkRepositoriesBody.parse(request.body);
    return { made: (await world.createRepositories(owner, names)).length };
  });
  scope.get(REPOSITORY, (request) => world.repository(repositoryOf(request)));
  scope.patch(REPOSITORY, async (request) => {
    const { person, ...change } = RepositoryBody.parse(request.body);
    const by = person === undefined ? {} : { person };
    const { id } = world.repository(repositoryOf(request));
    if (change.archived !== undefined) await world.archiveRepository(id, change.archived, by);
    if (change.branch_rule !== undefined) await world.setBranchRule(id, change.branch_rule);
    if (change.default_branch !== undefined) await world.setDefaultBranch(id, change.default_branch, by);
    if (change.name !== undefined) await world.renameRepository(id, change.name, by);
    if (change.owner !== undefined) await world.transferRepository(id, change.owner, by);
    return world.repository(id);
  });
  scope.delete(REPOSITORY, async (request, reply) => {
    await world.deleteRepository(repositoryOf(request), ByBody.parse(request.body ?? {}));
    return reply.code(204).send();
  });
  scope.post(`${REPOSITORY}/forks`, (request) =>
    world.fork(repositoryOf(request), ForkBody.parse(request.body).person),
  );
  scope.put(`${REPOSITORY}/collaborators/:person`, async (request, reply) => {
    const { role } = RoleBody.parse(request.body);
    await world.setCollaborator(repositoryOf(request), param(request, "person"), role);
    return reply.code(204).send();
  });
  branchControl(scope, world);
  pullControl(scope, world, people);
}

function branchControl(scope: FastifyInstance, world: World): void {
  scope.post(`${REPOSITORY}/commits`, async (request) => {
    const { person, branch, files, message, parent } = CommitBody.parse(request.body);
    const options = {
      ...(message === undefined ? {} : { message }),
      ...(parent === undefined ? {} : { parent }),
    };
    return { sha: await world.pushAs(person, repositoryOf(request), branch, files, options) };
  });
  scope.put(`${REPOSITORY}/branches/*`, async (request, reply) => {
    const { sha, ...by } = BranchBody.parse(request.body);
    await world.setBranch(repositoryOf(request), param(request, "*"), sha, by);
    return reply.code(204).send();
  });
  scope.delete(`${REPOSITORY}/branches/*`, async (request, reply) => {
    const by = ByBody.parse(request.body ?? {});
    await world.deleteBranch(repositoryOf(request), param(request, "*"), by);
    return reply.code(204).send();
  });
}

function pullControl(scope: FastifyInstance, world: World, people: People): void {
  const PULLS = `${REPOSITORY}/pulls`;
  scope.get(PULLS, (request) => world.pulls(repositoryOf(request)));
  scope.post(PULLS, (request) => people.openPull(repositoryOf(request), OpenPullBody.parse(request.body)));
  scope.post(`${PULLS}/bulk`, async (request) => {
    const { pulls, ...options } = BulkPullsBody.parse(request.body);
    const made = await world.openPulls(repositoryOf(request), pulls, options);
    return { numbers: made.map(({ number }) => number) };
  });
  scope.get(`${PULLS}/:number/comments`, (request) =>
    world.comments(repositoryOf(request), Number(param(request, "number"))),
  );
}
