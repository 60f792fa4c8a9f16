import { describe, expect, it } from "vitest";
import { GitError, type GitErrorKind } from "../../src/git/transport.ts";
import { describeGit } from "../../src/jobs/describe-git.ts";

/** A kind that is added does not compile until it stands here too. */
const SAYS: Record<GitErrorKind, RegExp> = {
  unreachable: /could not be reached\. Press again/,
  unauthorized: /refused the installation token.*app's credentials/,
  forbidden: /refused access.*may read and write/,
  not_found: /no such repository or commit.*config repo's address and base branch/,
  rate_limited: /limits requests.*Press again later/,
  server: /failed to answer.*Press again/,
  too_large: /larger than this service reads/,
  protocol: /not one git can have meant.*Press again/,
  unsupported: /of a kind this service does not edit/,
  aborted: /was ended/,
};

describe("trouble with git", () => {
  it.each(Object.entries(SAYS))(
    "of the kind %s says what it means and what the remote said",
    (kind, words) => {
      const text = describeGit(new GitError(kind as GitErrorKind, "remote: as it is"));
      expect(text).toMatch(words);
      expect(text).toMatch(/\. \(remote: as it is\)$/);
    },
  );
});
