import { AssertionError } from "node:assert/strict";
import { AuthorizationFailed } from "./git-http.ts";
import { cleanRemoteText } from "./remote-text.ts";
import { GitError } from "./transport.ts";

const MESSAGE_CHARS_MAX = 500;

interface IsomorphicError {
  code?: string;
  message?: string;
  data?: { message?: string };
}

/** What isomorphic-git threw, as what a caller of the transport may see. */
export function asTransportError(error: unknown): unknown {
  if (error instanceof AuthorizationFailed) return error.cause;
  if (error instanceof GitError || error instanceof AssertionError) return error;
  const { code, message, data } = error as IsomorphicError;
  const said = cleanRemoteText(data?.message ?? String(message), MESSAGE_CHARS_MAX);
  return isBeyondIsomorphicGit(code, said)
    ? new GitError("unsupported", `isomorphic-git cannot handle this repository: ${said}`, { cause: error })
    : new GitError("protocol", `the git remote's answer made no sense: ${said}`, { cause: error });
}

/** Its tree parser stops at modes such as 100664, and at names no checkout would survive; nothing was sent then. */
function isBeyondIsomorphicGit(code: string | undefined, said: string): boolean {
  switch (code) {
    case "UnsafeFilepathError":
    case "RemoteCapabilityError":
      return true;
    case "InternalError":
      return said.includes("GitTree entry mode");
    default:
      return false;
  }
}
