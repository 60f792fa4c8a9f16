import { findTemplate, listTemplates } from "../../db/templates-store.ts";
import { AppError } from "../../errors.ts";
import { createCreateTemplate } from "../../registry/create-template.ts";
import { actorHeaders } from "../actor-of.ts";
import type { HttpApp } from "../http-app.ts";
import type { HttpDeps } from "../http-deps.ts";
import { errorResponses } from "../schemas/errors.ts";
import { idParams } from "../schemas/id-params.ts";
import { jsonAnswer } from "../schemas/json-answer.ts";
import { pageBody, pageQuery } from "../schemas/pages.ts";
import {
  newQueryTemplateSchema,
  queryTemplatePageSchema,
  queryTemplateSchema,
} from "../schemas/query-templates.ts";
import { secured } from "../schemas/secured.ts";

export const queryTemplateRoutes = (app: HttpApp, { db }: Pick<HttpDeps, "db">): void => {
  const createTemplate = createCreateTemplate({ db });

  app.post(
    "/query-templates",
    {
      schema: {
        ...secured("query-templates"),
        operationId: "createQueryTemplate",
        summary: "Declare a version of a query template",
        headers: actorHeaders,
        body: newQueryTemplateSchema,
        response: {
          ...errorResponses("TEMPLATE_EXISTS"),
          201: jsonAnswer("It is declared.", queryTemplateSchema),
        },
      },
    },
    async (request, reply) => {
      const template = await createTemplate(request.body);
      void reply.code(201).header("location", `/api/v1/query-templates/${template.id}`);
      return template;
    },
  );

  app.get(
    "/query-templates",
    {
      schema: {
        ...secured("query-templates"),
        operationId: "listQueryTemplates",
        summary: "List query templates",
        querystring: pageQuery,
        response: { ...errorResponses(), 200: jsonAnswer("Newest first.", queryTemplatePageSchema) },
      },
    },
    async (request, reply) =>
      pageBody(reply, await listTemplates(db, { cursor: undefined, ...request.query })),
  );

  app.get(
    "/query-templates/:id",
    {
      schema: {
        ...secured("query-templates"),
        operationId: "getQueryTemplate",
        summary: "A version of a query template",
        params: idParams("TEMPLATE_NOT_FOUND", "query template"),
        response: {
          ...errorResponses("TEMPLATE_NOT_FOUND"),
          200: jsonAnswer("The query template.", queryTemplateSchema),
        },
      },
    },
    async ({ params: { id } }) => {
      const template = await findTemplate(db, id);
      if (template === undefined) {
        throw new AppError("TEMPLATE_NOT_FOUND", `There is no query template ${id}.`);
      }
      return template;
    },
  );
};
