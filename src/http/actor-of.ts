import { z } from "zod";
import type { Actor } from "../proposals/actor.ts";
import type { Caller } from "./authenticate.ts";

const ACTOR_CHARACTERS_MAX = 100;
/** Control and format characters, lone surrogates, and line and paragraph separators. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;
const MESSAGE = `must be at most ${ACTOR_CHARACTERS_MAX} printable characters in UTF-8`;

/** Node gives headers byte by byte (latin1); names of people are written in UTF-8. */
const decodeUtf8 = (header: string): string | null => {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(Buffer.from(header, "latin1"));
  } catch {
    return null;
  }
};

/** The headers of a write. Others pass. */
export const actorHeaders = z.looseObject({
  "x-relyloop-actor": z
    .string()
    .transform((header, context) => {
      const person = decodeUtf8(header)?.trim() ?? null;
      if (person === null || UNPRINTABLE.test(person) || [...person].length > ACTOR_CHARACTERS_MAX) {
        context.addIssue({ code: "custom", message: MESSAGE });
        return z.NEVER;
      }
      return person === "" ? null : person;
    })
    .optional()
    .describe(`The person behind this write: ${MESSAGE.replace("must be ", "")}.`),
});

/** Who is behind a write. Routes that call it lie behind the check of the token. */
export const actorOf = (request: {
  caller: Caller | null;
  headers: z.output<typeof actorHeaders>;
}): Actor => {
  if (request.caller === null) throw new TypeError("a write without a caller");
  return { token: request.caller.token, person: request.headers["x-relyloop-actor"] ?? null };
};
