import { countEvents, countEventsOf, listEvents } from "../../db/events-store.ts";
import { findProposal } from "../../db/proposals-store.ts";
import { AppError } from "../../errors.ts";
import type { HttpApp } from "../http-app.ts";
import type { HttpDeps } from "../http-deps.ts";
import { errorResponses } from "../schemas/errors.ts";
import { eventPageSchema, eventQuery } from "../schemas/events.ts";
import { idParams } from "../schemas/id-params.ts";
import { jsonAnswer } from "../schemas/json-answer.ts";
import { pageBody } from "../schemas/pages.ts";
import { secured } from "../schemas/secured.ts";

export const eventRoutes = (app: HttpApp, { db }: Pick<HttpDeps, "db">): void => {
  const readPage = async (query: { after: number; limit: number; proposalId?: string }, total: number) => {
    const rows = await listEvents(db, { ...query, limit: query.limit + 1 });
    const data = rows.slice(0, query.limit);
    const has_more = rows.length > query.limit;
    return { data, next_cursor: has_more ? String(data.at(-1)?.seq) : null, has_more, total };
  };

  app.get(
    "/proposals/:id/events",
    {
      schema: {
        ...secured("events"),
        operationId: "listProposalEvents",
        summary: "The timeline of a proposal",
        params: idParams("PROPOSAL_NOT_FOUND", "proposal"),
        querystring: eventQuery,
        response: {
          ...errorResponses("PROPOSAL_NOT_FOUND"),
          200: jsonAnswer("In commit order, oldest first.", eventPageSchema),
        },
      },
    },
    async (request, reply) => {
      const { id: proposalId } = request.params;
      const { cursor, after = 0, limit } = request.query;
      if ((await findProposal(db, proposalId)) === undefined) {
        throw new AppError("PROPOSAL_NOT_FOUND", `There is no proposal ${proposalId}.`);
      }
      const total = await countEventsOf(db, proposalId, after);
      return pageBody(reply, await readPage({ proposalId, after: cursor ?? after, limit }, total));
    },
  );

  app.get(
    "/events",
    {
      schema: {
        ...secured("events"),
        operationId: "listEvents",
        summary: "The events of all proposals",
        description: "To follow along, give the greatest `seq` seen as `after`.",
        querystring: eventQuery,
        response: {
          ...errorResponses(),
          200: jsonAnswer("In commit order, oldest first.", eventPageSchema),
        },
      },
    },
    async (request, reply) => {
      const { cursor, after = 0, limit } = request.query;
      return pageBody(reply, await readPage({ after: cursor ?? after, limit }, await countEvents(db, after)));
    },
  );
};
