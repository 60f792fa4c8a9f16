import { v7 as uuidv7 } from "uuid";

const REQUEST_ID = /^[A-Za-z0-9._-]{1,64}$/;

/** The caller's X-Request-ID where it is one, so that logs of both sides can be put together; else a new id. */
export const requestIdOf = (header: string | string[] | undefined): string =>
  typeof header === "string" && REQUEST_ID.test(header) ? header : uuidv7();
