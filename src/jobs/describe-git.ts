import type { GitError, GitErrorKind } from "../git/transport.ts";

const ADVICE: Record<GitErrorKind, string> = {
  unreachable: "The repository could not be reached. Press again when GitHub answers.",
  unauthorized:
    "GitHub refused the installation token for git. Press again; if it stays so, check the app's credentials.",
  forbidden:
    "GitHub refused access for git. Check that the app may read and write the repository's contents.",
  not_found:
    "GitHub says that there is no such repository or commit. Check the config repo's address and base branch.",
  rate_limited: "GitHub limits requests for git. Press again later.",
  server: "GitHub failed to answer for git. Press again when it is well.",
  too_large: "The repository is larger than this service reads.",
  protocol: "The answer for git was not one git can have meant, or was cut off. Press again.",
  unsupported: "The repository is of a kind this service does not edit.",
  aborted: "The request for git was ended.",
};

/** A git error in words for an operator: what it means, what to do, and what the remote said. */
export const describeGit = (error: GitError): string => `${ADVICE[error.kind]} (${error.message})`;
