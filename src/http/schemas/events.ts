import { z } from "zod";
import { answeredMoment, jsonObject, uuid, wholeNumberInQuery } from "./common.ts";
import { limit, pageOf } from "./pages.ts";

const seq = wholeNumberInQuery(z.int().min(0));

export const eventQuery = z.strictObject({
  after: seq.optional().describe("Only events with a greater `seq`. Without it, all from the beginning."),
  cursor: seq.optional().describe("`next_cursor` of the page before; wins over `after`."),
  limit,
});

/** Others pass. */
export const eventHeaders = z.looseObject({
  "last-event-id": seq
    .optional()
    .describe("For a stream: the `id` of the last event that was received. Wins over `after`."),
});

const eventSchema = z
  .object({
    id: uuid,
    seq: z.int().describe("Grows by one with each event of all proposals, in commit order, without gaps."),
    proposal_id: uuid,
    at: answeredMoment,
    kind: z.string(),
    actor: z.string().nullable(),
    data: jsonObject,
  })
  .meta({ id: "ProposalEvent" });

export const eventPageSchema = pageOf("ProposalEventPage", eventSchema);

/** An event as it stands in a page. */
export const eventJson = (event: z.output<typeof eventSchema>): string =>
  JSON.stringify(z.encode(eventSchema, event));

export const EVENT_STREAM_TYPE = "text/event-stream";

/** What `Accept` decides between. */
export const eventAnswer = {
  description:
    "In commit order, oldest first. As `text/event-stream` it goes on live: `id` is the event's `seq`, `event` its kind, `data` the event as in a page; silence is filled with comments. Ended now and then, and resumed by `Last-Event-ID`.",
  content: {
    "application/json": { schema: eventPageSchema },
    [EVENT_STREAM_TYPE]: {
      schema: z.string().meta({ description: "Server-sent events. Every `data` is a ProposalEvent." }),
    },
  },
};
