import { z } from "zod";
import { isBranchName } from "../../git/branch-name.ts";

/** Building blocks of requests and answers. Every text has a bound; names are one line. */

const NAME_CHARACTERS_MAX = 200;
const BRANCH_CHARACTERS_MAX = 255;
export const NARRATIVE_CHARACTERS_MAX = 100_000;
/** PostgreSQL's `integer`. */
export const INTEGER_MAX = 2_147_483_647;
/** Dates beyond these are mistakes, and the last ones PostgreSQL and JavaScript write differently. */
const TIME_MIN = new Date("1970-01-01T00:00:00Z");
const TIME_MAX = new Date("9999-12-30T00:00:00Z");

/** Any UUID, in any case; rows and answers have lower case. */
export const uuid = z.guid("must be a UUID").toLowerCase();

/** A name as it appears in titles, commit messages and logs: one line, and not only white space. */
export const name = z
  .string()
  .max(NAME_CHARACTERS_MAX, { abort: true })
  .regex(/^\P{Cc}*$/u, "must be one line of text")
  .refine((text) => text.trim() !== "", "must not be empty");

export const branchName = z
  .string()
  .max(BRANCH_CHARACTERS_MAX, { abort: true })
  .refine(isBranchName, "must be a branch name as git allows them");

/** A moment in a request: ISO 8601 with an offset. Kept in milliseconds, as the columns are. */
export const moment = z.iso
  .datetime({ offset: true, error: "must be an ISO 8601 time with an offset" })
  .transform((text) => new Date(text))
  .refine((time) => time >= TIME_MIN && time <= TIME_MAX, "must lie between the years 1970 and 9999");

/** A JSON object whose members mean something to somebody else. */
export const jsonObject = z.record(z.string(), z.unknown());

/** A moment in an answer: ISO 8601 with milliseconds, in UTC. */
export const answeredMoment = z.date();

/** A whole number in a query, where everything is text; other spellings than digits are refused. */
export const wholeNumberInQuery = <T extends z.ZodType>(schema: T) =>
  z.preprocess((text) => (typeof text === "string" && /^\d{1,15}$/.test(text) ? Number(text) : text), schema);

export const engineType = z.enum(["elasticsearch", "opensearch", "solr"]);
export const environment = z.enum(["prod", "staging", "dev"]);
