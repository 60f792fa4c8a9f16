import { EVENT_STREAM_TYPE } from "./schemas/events.ts";

const JSON_TYPE = "application/json";

/**
 * Whether an Accept header asks for a stream of events rather than for JSON, which is what everybody gets who does not
 * name the stream: a stream has no end, and is nothing for a caller who takes anything.
 *
 * By weight (RFC 9110, 12.5.1): the stream has to weigh as much as JSON, or more where both are named.
 */
export const wantsEventStream = (accept: string | undefined): boolean => {
  const weights = new Map(
    (accept ?? "").split(",").map((range) => {
      const [type = "", ...parameters] = range.split(";").map((part) => part.trim().toLowerCase());
      return [type, weightOf(parameters)] as const;
    }),
  );
  const stream = weights.get(EVENT_STREAM_TYPE) ?? 0;
  const named = weights.get(JSON_TYPE);
  if (named !== undefined) return stream > named;
  return stream > 0 && stream >= (weights.get("application/*") ?? weights.get("*/*") ?? 0);
};

/** One that can't be read is none: 1. */
const weightOf = (parameters: string[]): number => {
  const q = parameters.find((parameter) => parameter.startsWith("q="))?.slice(2) ?? "";
  return /^(0(\.\d{0,3})?|1(\.0{0,3})?)$/.test(q) ? Number(q) : 1;
};
