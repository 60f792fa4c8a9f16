import type { FastifyReply } from "fastify";
import { z } from "zod";
import type { Page } from "../../db/pages.ts";
import { wholeNumberInQuery } from "./common.ts";

const LIMIT_DEFAULT = 50;
const LIMIT_MAX = 200;
const CURSOR_CHARACTERS_MAX = 200;

export const limit = wholeNumberInQuery(z.int().min(1).max(LIMIT_MAX).default(LIMIT_DEFAULT)).describe(
  `Rows of one page, at most ${LIMIT_MAX}.`,
);

export const pageQuery = z.strictObject({
  cursor: z
    .string()
    .min(1)
    .max(CURSOR_CHARACTERS_MAX)
    .optional()
    .describe("`next_cursor` of the page before; none for the first page."),
  limit,
});

/** A page of a list; the number of all rows is in X-Total-Count. */
export const pageOf = <T extends z.ZodType>(id: string, row: T) =>
  z
    .object({ data: z.array(row), next_cursor: z.string().nullable(), has_more: z.boolean() })
    .meta({ id, description: "A page of a list. X-Total-Count has the number of all rows." });

/** The body of a page; the total goes into its header. */
export const pageBody = <Row>(reply: FastifyReply, { total, ...body }: Page<Row>) => {
  void reply.header("x-total-count", total);
  return body;
};
