import { GitError } from "../git/transport.ts";
import { isLastingFailure } from "./lasting-failure.ts";
import type { Trouble } from "./trouble.ts";

/** Puts a git remote's answer into the words of the one retry policy. */
export const classifyGit = (error: unknown): Trouble | null => {
  if (!(error instanceof GitError)) return null;
  if (isLastingFailure(error)) return { kind: "final" };
  switch (error.kind) {
    case "unreachable":
    case "server":
      return { kind: "uncertain", wait_ms_min: (error.retryAfter_s ?? 0) * 1_000 };
    case "unauthorized":
      return { kind: "unauthorized" };
    case "not_found":
      return { kind: "not_found" };
    case "rate_limited":
      return {
        kind: "rate_limited",
        wait_ms: error.retryAfter_s === undefined ? null : error.retryAfter_s * 1_000,
      };
    case "forbidden":
    case "too_large":
    case "protocol":
    case "unsupported":
    case "aborted":
      return { kind: "final" };
    default:
      return error.kind satisfies never;
  }
};
