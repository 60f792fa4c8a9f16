import { z } from "zod";

/**
 * The parts of GitHub's payloads that are read, as strictly as they are used: ids that fit the columns they are
 * compared with, and no text that a database could not keep.
 * https://docs.github.com/webhooks/webhook-events-and-payloads
 */

const PULL_NUMBER_MAX = 2 ** 31 - 1;

export const githubId = z.int().positive();
export const pullNumber = githubId.max(PULL_NUMBER_MAX);
/** SHA-1, or SHA-256 where a repository uses it. */
export const commitSha = z.string().regex(/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/);

export const withId = z.object({ id: githubId });
/** What is left out where it is not what GitHub describes. */
export const installationPart = withId.nullish().catch(null);

export const pullPart = z.object({
  number: pullNumber,
  state: z.enum(["open", "closed"]).nullish().catch(null),
  /** Not part of a review's event. */
  merged: z.boolean().nullish().catch(null),
  merged_at: z.string().nullish().catch(null),
  updated_at: z.iso.datetime({ offset: true }).nullish().catch(null),
});
