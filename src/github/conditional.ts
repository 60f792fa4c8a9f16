import { GithubApiError } from "./github-errors.ts";
import { readPages } from "./read-pages.ts";

/** What a conditional read came to. */
export type Conditional<T> =
  /** GitHub's answer is what the validator was given with. */
  | { kind: "unchanged" }
  /** `etag` validates this value the next time; null: there is none that does. */
  | { kind: "read"; etag: string | null; value: T };

interface Answer<T> {
  value: T;
  headers: { etag?: string | undefined; link?: string | undefined };
}

/** The header of a conditional request; none without a validator. */
type Condition = { "if-none-match"?: string };

/**
 * Reads one object unless it is what it was. A 304 costs nothing of the primary rate limit. GitHub makes its ETags
 * of the token too: after an hour, or in another process, the same object is read once in full.
 * https://docs.github.com/rest/using-the-rest-api/best-practices-for-using-the-rest-api#use-conditional-requests-if-appropriate
 */
export const readIfChanged = async <T>(
  etag: string | null,
  read: (headers: Condition) => Promise<Answer<T>>,
): Promise<Conditional<T>> => {
  try {
    const { value, headers } = await read(conditionOf(etag));
    return { kind: "read", etag: headers.etag ?? null, value };
  } catch (error) {
    if (isNotModified(error)) return { kind: "unchanged" };
    throw error;
  }
};

/**
 * The same for a list, all its pages, at most `pages_max`. Only a list of one page has a validator: a change on a
 * later page leaves the first one as it is.
 */
export const readListIfChanged = async <T>(
  etag: string | null,
  pages_max: number,
  read: (page: number, headers: Condition) => Promise<Answer<T[]>>,
): Promise<Conditional<T[]>> => {
  let first: Answer<T[]>["headers"] = {};
  const all = () =>
    readPages(pages_max, async (page) => {
      const { value, headers } = await read(page, page === 1 ? conditionOf(etag) : {});
      if (page === 1) first = headers;
      return { items: value, link: headers.link };
    });
  try {
    const value = await all();
    return { kind: "read", etag: first.link === undefined ? (first.etag ?? null) : null, value };
  } catch (error) {
    if (isNotModified(error)) return { kind: "unchanged" };
    throw error;
  }
};

const conditionOf = (etag: string | null): Condition => (etag === null ? {} : { "if-none-match": etag });

/** Octokit takes it for an error. */
const isNotModified = (error: unknown): boolean => error instanceof GithubApiError && error.status === 304;
