import type { FastifyReply, FastifyRequest } from "fastify";
import { countEvents, countEventsOf, listEvents } from "../../db/events-store.ts";
import { findProposal } from "../../db/proposals-store.ts";
import { AppError } from "../../errors.ts";
import { wantsEventStream } from "../event-accept.ts";
import type { EventPosition } from "../event-reader.ts";
import type { HttpApp } from "../http-app.ts";
import type { HttpDeps } from "../http-deps.ts";
import { errorResponses } from "../schemas/errors.ts";
import { EVENT_STREAM_TYPE, eventAnswer, eventHeaders, eventQuery } from "../schemas/events.ts";
import { idParams } from "../schemas/id-params.ts";
import { pageBody } from "../schemas/pages.ts";
import { secured } from "../schemas/secured.ts";

/** Places become free when readers leave, which nobody can foresee. */
const RETRY_AFTER_S = 30;

export const eventRoutes = (
  app: HttpApp,
  { db, eventStreams }: Pick<HttpDeps, "db" | "eventStreams">,
): void => {
  // A stream would hold up the closing.
  app.addHook("preClose", async () => eventStreams.end());

  const readPage = async (query: { after: number; limit: number; proposalId?: string }, total: number) => {
    const rows = await listEvents(db, { ...query, limit: query.limit + 1 });
    const data = rows.slice(0, query.limit);
    const has_more = rows.length > query.limit;
    return { data, next_cursor: has_more ? String(data.at(-1)?.seq) : null, has_more, total };
  };

  const stream = (request: FastifyRequest, reply: FastifyReply, position: EventPosition): FastifyReply => {
    const token = request.caller?.token ?? "";
    const opened = eventStreams.open({ ...position, token, response: reply.raw });
    if (opened === null) {
      void reply.header("retry-after", RETRY_AFTER_S);
      throw new AppError("RATE_LIMITED", "As many streams are open as there may be at a time.");
    }
    // nginx would keep what is small until there is more. The connection ends with the stream, so that no closing
    // waits for it.
    void reply.headers({ "x-accel-buffering": "no", connection: "close" });
    return reply.type(EVENT_STREAM_TYPE).send(opened);
  };

  app.get(
    "/proposals/:id/events",
    {
      schema: {
        ...secured("events"),
        operationId: "listProposalEvents",
        summary: "The timeline of a proposal",
        headers: eventHeaders,
        params: idParams("PROPOSAL_NOT_FOUND", "proposal"),
        querystring: eventQuery,
        response: { ...errorResponses("PROPOSAL_NOT_FOUND"), 200: eventAnswer },
      },
    },
    async (request, reply) => {
      const { id: proposalId } = request.params;
      const { cursor, after = 0, limit } = request.query;
      if ((await findProposal(db, proposalId)) === undefined) {
        throw new AppError("PROPOSAL_NOT_FOUND", `There is no proposal ${proposalId}.`);
      }
      if (wantsEventStream(request.headers.accept)) {
        const last = request.headers["last-event-id"] ?? cursor ?? after;
        return stream(request, reply, { proposalId, after: last });
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
        description: "To follow along, ask for a stream, or give the greatest `seq` seen as `after`.",
        headers: eventHeaders,
        querystring: eventQuery,
        response: { ...errorResponses(), 200: eventAnswer },
      },
    },
    async (request, reply) => {
      const { cursor, after = 0, limit } = request.query;
      if (wantsEventStream(request.headers.accept)) {
        const last = request.headers["last-event-id"] ?? cursor ?? after;
        return stream(request, reply, { proposalId: null, after: last });
      }
      return pageBody(reply, await readPage({ after: cursor ?? after, limit }, await countEvents(db, after)));
    },
  );
};
