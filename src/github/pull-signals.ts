import { z } from "zod";
import type { RepositoryClient } from "./client.ts";
import { type Conditional, readIfChanged, readListIfChanged } from "./conditional.ts";
import { type Pull, pullSchema } from "./pull.ts";
import { readAnswer } from "./read-answer.ts";

/** Of 100 items each. GitHub itself lists check runs of the newest thousand suites of a commit only. */
const PAGES_MAX = 10;
const PER_PAGE = 100;

const PULL_ROUTE = "GET /repos/{owner}/{repo}/pulls/{pull_number}";
const CHECK_RUNS_ROUTE = "GET /repos/{owner}/{repo}/commits/{ref}/check-runs";
const STATUS_ROUTE = "GET /repos/{owner}/{repo}/commits/{ref}/status";
const REVIEWS_ROUTE = "GET /repos/{owner}/{repo}/pulls/{pull_number}/reviews";

/** https://docs.github.com/rest/checks/runs#list-check-runs-for-a-git-reference */
const checkRunsSchema = z.object({
  check_runs: z.array(
    z
      .object({
        name: z.string(),
        app: z.object({ id: z.number() }).nullish(),
        status: z.string(),
        conclusion: z.string().nullish(),
      })
      .transform(({ app, conclusion, ...rest }) => ({
        ...rest,
        app_id: app?.id ?? null,
        conclusion: conclusion ?? null,
      })),
  ),
});
export type CheckRun = z.output<typeof checkRunsSchema>["check_runs"][number];

/**
 * https://docs.github.com/rest/commits/statuses#get-the-combined-status-for-a-specific-reference: the latest of each
 * context. Its own `state` is not used: it says `pending` where there is none at all.
 */
const statusSchema = z.object({ statuses: z.array(z.object({ context: z.string(), state: z.string() })) });
export type CommitStatus = z.output<typeof statusSchema>["statuses"][number];

/** https://docs.github.com/rest/pulls/reviews#list-reviews-for-a-pull-request: oldest first. */
const reviewsSchema = z.array(
  z
    .object({
      user: z.object({ id: z.number(), login: z.string(), type: z.string() }).nullable(),
      state: z.string(),
      author_association: z.string(),
    })
    .transform(({ user, ...rest }) => ({ ...rest, author: user })),
);
export type Review = z.output<typeof reviewsSchema>[number];

/**
 * What GitHub says of a pull request and of its head, each read only when it has changed since the answer whose ETag
 * is given; null reads it whatever it is. Every method throws what {@link RepositoryClient.request} does.
 */
export interface PullSignals {
  /** @param justWritten it was opened moments ago, so a 404 is asked again */
  pull(number: number, etag: string | null, options?: { justWritten?: boolean }): Promise<Conditional<Pull>>;
  /** The latest of each name. */
  checkRuns(sha: string, etag: string | null): Promise<Conditional<CheckRun[]>>;
  /** The latest of each context. */
  statuses(sha: string, etag: string | null): Promise<Conditional<CommitStatus[]>>;
  /** Oldest first. */
  reviews(number: number, etag: string | null): Promise<Conditional<Review[]>>;
}

export const createPullSignals = (
  client: Pick<RepositoryClient, "owner" | "repo" | "request">,
): PullSignals => {
  const { owner, repo } = client;
  const per_page = PER_PAGE;
  return {
    pull: (pull_number, etag, { justWritten = false } = {}) =>
      readIfChanged(etag, async (condition) => {
        const { data, headers } = await client.request(PULL_ROUTE, {
          owner,
          repo,
          pull_number,
          headers: condition,
          request: { justWritten },
        });
        return { value: readAnswer(pullSchema, data, PULL_ROUTE), headers };
      }),

    checkRuns: (ref, etag) =>
      readListIfChanged(etag, PAGES_MAX, async (page, condition) => {
        const query = { ref, filter: "latest", per_page, page, headers: condition } as const;
        const { data, headers } = await client.request(CHECK_RUNS_ROUTE, { owner, repo, ...query });
        return { value: readAnswer(checkRunsSchema, data, CHECK_RUNS_ROUTE).check_runs, headers };
      }),

    statuses: (ref, etag) =>
      readListIfChanged(etag, PAGES_MAX, async (page, condition) => {
        const query = { ref, per_page, page, headers: condition };
        const { data, headers } = await client.request(STATUS_ROUTE, { owner, repo, ...query });
        return { value: readAnswer(statusSchema, data, STATUS_ROUTE).statuses, headers };
      }),

    reviews: (pull_number, etag) =>
      readListIfChanged(etag, PAGES_MAX, async (page, condition) => {
        const query = { pull_number, per_page, page, headers: condition };
        const { data, headers } = await client.request(REVIEWS_ROUTE, { owner, repo, ...query });
        return { value: readAnswer(reviewsSchema, data, REVIEWS_ROUTE), headers };
      }),
  };
};
