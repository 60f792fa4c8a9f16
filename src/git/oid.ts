import type { Oid } from "./transport.ts";

const SHA1 = /^[0-9a-f]{40}$/;

export const isOid = (text: string): boolean => SHA1.test(text);

/** The id git's protocol uses for a ref that does not exist. */
export const ZERO_OID: Oid = "0".repeat(40);
