import { z } from "zod";
import { answeredMoment, jsonObject, uuid, wholeNumberInQuery } from "./common.ts";
import { limit, pageOf } from "./pages.ts";

const seq = wholeNumberInQuery(z.int().min(0));

export const eventQuery = z.strictObject({
  after: seq.optional().describe("Only events with a greater `seq`."),
  cursor: seq.optional().describe("`next_cursor` of the page before; wins over `after`."),
  limit,
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
