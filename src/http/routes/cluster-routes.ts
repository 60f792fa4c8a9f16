import { findCluster, listClusters } from "../../db/clusters-store.ts";
import { AppError } from "../../errors.ts";
import { createClusters } from "../../registry/clusters.ts";
import { actorHeaders } from "../actor-of.ts";
import type { HttpApp } from "../http-app.ts";
import type { HttpDeps } from "../http-deps.ts";
import {
  clusterChangesSchema,
  clusterPageSchema,
  clusterSchema,
  newClusterSchema,
} from "../schemas/clusters.ts";
import { errorResponses } from "../schemas/errors.ts";
import { idParams } from "../schemas/id-params.ts";
import { jsonAnswer } from "../schemas/json-answer.ts";
import { pageBody, pageQuery } from "../schemas/pages.ts";
import { secured } from "../schemas/secured.ts";

const params = idParams("CLUSTER_NOT_FOUND", "cluster");

export const clusterRoutes = (app: HttpApp, { db }: Pick<HttpDeps, "db">): void => {
  const clusters = createClusters({ db });

  app.post(
    "/clusters",
    {
      schema: {
        ...secured("clusters"),
        operationId: "createCluster",
        summary: "Add a search cluster",
        headers: actorHeaders,
        body: newClusterSchema,
        response: {
          ...errorResponses("CLUSTER_NAME_TAKEN", "CONFIG_REPO_NOT_FOUND"),
          201: jsonAnswer("It is added.", clusterSchema),
        },
      },
    },
    async (request, reply) => {
      const cluster = await clusters.create(request.body);
      void reply.code(201).header("location", `/api/v1/clusters/${cluster.id}`);
      return cluster;
    },
  );

  app.get(
    "/clusters",
    {
      schema: {
        ...secured("clusters"),
        operationId: "listClusters",
        summary: "List clusters",
        querystring: pageQuery,
        response: { ...errorResponses(), 200: jsonAnswer("Newest first.", clusterPageSchema) },
      },
    },
    async (request, reply) =>
      pageBody(reply, await listClusters(db, { cursor: undefined, ...request.query })),
  );

  app.get(
    "/clusters/:id",
    {
      schema: {
        ...secured("clusters"),
        operationId: "getCluster",
        summary: "A cluster",
        params,
        response: { ...errorResponses("CLUSTER_NOT_FOUND"), 200: jsonAnswer("The cluster.", clusterSchema) },
      },
    },
    async ({ params: { id } }) => {
      const cluster = await findCluster(db, id);
      if (cluster === undefined) throw new AppError("CLUSTER_NOT_FOUND", `There is no cluster ${id}.`);
      return cluster;
    },
  );

  app.patch(
    "/clusters/:id",
    {
      schema: {
        ...secured("clusters"),
        operationId: "updateCluster",
        summary: "Change a cluster's name, config repo or path",
        headers: actorHeaders,
        params,
        body: clusterChangesSchema,
        response: {
          ...errorResponses("CLUSTER_NOT_FOUND", "CLUSTER_NAME_TAKEN", "CONFIG_REPO_NOT_FOUND"),
          200: jsonAnswer("The cluster as it is now.", clusterSchema),
        },
      },
    },
    async (request) => clusters.update(request.params.id, request.body),
  );
};
