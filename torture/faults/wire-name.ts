import { requestName } from "../boundaries/request-name.ts";

export const MINT = "POST /app/installations/{}/access_tokens";

const ZERO_OID = "0".repeat(40);
/** Of a push: length, old id, new id. */
const REF_CHANGE = /^[0-9a-f]{4}([0-9a-f]{40}) [0-9a-f]{40} /;
/** As much of a body as tells what it asks for. */
const HEAD_BYTES = 1_024;

/**
 * What a request asks for, in words that are the same for every repository: `POST /repos/{repository}/pulls`, and of git,
 * which sends everything to two addresses, what its body says: `git fetch`. By these a request of one run is found again in
 * another.
 */
export const wireName = (method: string, { pathname, search }: URL, body: unknown): string => {
  if (pathname.endsWith(".git/info/refs")) return "git discovery";
  if (pathname.endsWith("/git-upload-pack")) {
    return headOf(body).includes("command=ls-refs") ? "git ls-refs" : "git fetch";
  }
  if (pathname.endsWith("/git-receive-pack")) {
    const [, from] = REF_CHANGE.exec(headOf(body)) ?? [];
    return from === ZERO_OID ? "git create branch" : "git delete branch";
  }
  return requestName(method, `${pathname}${search}`);
};

export const isGit = (name: string): boolean => name.startsWith("git ");

/** What only the app itself may ask, with an assertion of its own in place of a token. */
export const isOfApp = (name: string): boolean => / \/app(\/|$)/.test(name);

export const isWrite = (name: string): boolean =>
  /^(POST|PATCH|PUT|DELETE) /.test(name) || name === "git create branch" || name === "git delete branch";

const headOf = (body: unknown): string =>
  body instanceof Uint8Array ? Buffer.from(body).toString("latin1", 0, HEAD_BYTES) : "";
