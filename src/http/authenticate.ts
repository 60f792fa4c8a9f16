import { createHash, timingSafeEqual } from "node:crypto";
import type { ApiScope, ApiToken } from "../config-tokens.ts";

/** Who is calling: a token's name and what it may do, never its secret. */
export interface Caller {
  token: string;
  scopes: readonly ApiScope[];
}

const BEARER = /^Bearer +([^ ]+)$/i;

const digest = (secret: string): Buffer => createHash("sha256").update(secret).digest();

/**
 * Finds the caller behind an Authorization header (RFC 6750, 2.1), or null. Digests of one length are compared in
 * constant time, and with every token, so that the time taken tells nothing about any of them.
 */
export const createAuthenticate = (
  tokens: readonly ApiToken[],
): ((authorization: string | undefined) => Caller | null) => {
  const known = tokens.map(({ name, scopes, secret }) => ({
    caller: { token: name, scopes },
    digest: digest(secret),
  }));
  return (authorization) => {
    const [, secret] = BEARER.exec(authorization ?? "") ?? [];
    if (secret === undefined) return null;
    const given = digest(secret);
    let found: Caller | null = null;
    for (const token of known) {
      if (timingSafeEqual(token.digest, given)) found = token.caller;
    }
    return found;
  };
};
