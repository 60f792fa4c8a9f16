import { findConfigRepo, listConfigRepos, setPrBaseBranch } from "../../db/config-repos-store.ts";
import { AppError } from "../../errors.ts";
import { createRegisterConfigRepo } from "../../registry/register-config-repo.ts";
import { actorHeaders } from "../actor-of.ts";
import type { HttpApp } from "../http-app.ts";
import type { HttpDeps } from "../http-deps.ts";
import {
  configRepoChangesSchema,
  configRepoPageSchema,
  configRepoSchema,
  newConfigRepoSchema,
} from "../schemas/config-repos.ts";
import { errorResponses } from "../schemas/errors.ts";
import { idParams } from "../schemas/id-params.ts";
import { jsonAnswer } from "../schemas/json-answer.ts";
import { pageBody, pageQuery } from "../schemas/pages.ts";
import { secured } from "../schemas/secured.ts";

type Deps = Pick<HttpDeps, "db" | "host" | "githubLookup" | "allowedAccounts">;

const params = idParams("CONFIG_REPO_NOT_FOUND", "config repo");

const found = <T>(configRepo: T | undefined, id: string): T => {
  if (configRepo === undefined) {
    throw new AppError("CONFIG_REPO_NOT_FOUND", `There is no config repo ${id}.`);
  }
  return configRepo;
};

export const configRepoRoutes = (app: HttpApp, deps: Deps): void => {
  const { db } = deps;
  const register = createRegisterConfigRepo({ ...deps, github: deps.githubLookup });

  app.post(
    "/config-repos",
    {
      schema: {
        ...secured("config-repos"),
        operationId: "createConfigRepo",
        summary: "Register a repository the app is installed on",
        headers: actorHeaders,
        body: newConfigRepoSchema,
        response: {
          ...errorResponses(
            "UNSUPPORTED_PROVIDER",
            "CONFIG_REPO_EXISTS",
            "CONFIG_REPO_NAME_TAKEN",
            "AUTH_REF_NOT_FOUND",
            "GITHUB_NOT_CONFIGURED",
            "GITHUB_API_FAILED",
          ),
          201: jsonAnswer("It is registered.", configRepoSchema),
        },
      },
    },
    async (request, reply) => {
      const configRepo = await register(request.body);
      void reply.code(201).header("location", `/api/v1/config-repos/${configRepo.id}`);
      return configRepo;
    },
  );

  app.get(
    "/config-repos",
    {
      schema: {
        ...secured("config-repos"),
        operationId: "listConfigRepos",
        summary: "List config repos",
        querystring: pageQuery,
        response: { ...errorResponses(), 200: jsonAnswer("Newest first.", configRepoPageSchema) },
      },
    },
    async (request, reply) =>
      pageBody(reply, await listConfigRepos(db, { cursor: undefined, ...request.query })),
  );

  app.get(
    "/config-repos/:id",
    {
      schema: {
        ...secured("config-repos"),
        operationId: "getConfigRepo",
        summary: "A config repo",
        params,
        response: {
          ...errorResponses("CONFIG_REPO_NOT_FOUND"),
          200: jsonAnswer("The config repo.", configRepoSchema),
        },
      },
    },
    async ({ params: { id } }) => found(await findConfigRepo(db, id), id),
  );

  app.patch(
    "/config-repos/:id",
    {
      schema: {
        ...secured("config-repos"),
        operationId: "updateConfigRepo",
        summary: "Change the branch pull requests go to",
        headers: actorHeaders,
        params,
        body: configRepoChangesSchema,
        response: {
          ...errorResponses("CONFIG_REPO_NOT_FOUND"),
          200: jsonAnswer("The config repo as it is now.", configRepoSchema),
        },
      },
    },
    async ({ params: { id }, body }) => found(await setPrBaseBranch(db, id, body.pr_base_branch), id),
  );
};
