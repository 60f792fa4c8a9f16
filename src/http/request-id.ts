import { v7 as uuidv7 } from "uuid";
import type { Redact } from "./error-envelope.ts";

const REQUEST_ID = /^[A-Za-z0-9._-]{1,64}$/;

/**
 * The caller's X-Request-ID where it is one, so that logs of both sides can be put together; else a new id. A secret that
 * was pasted there is none: it would stand in logs, events and jobs.
 */
export const requestIdOf = (header: string | string[] | undefined, redact: Redact): string =>
  typeof header === "string" && REQUEST_ID.test(header) && redact(header) === header ? header : uuidv7();
