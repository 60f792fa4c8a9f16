import { CHECK_NAME } from "./check-name.ts";

/** null: there is nothing that could say anything. */
export type ChecksVerdict = "pending" | "success" | "failure" | null;
export type ReviewVerdict = "approved" | "changes_requested" | null;

interface CheckRun {
  name: string;
  /** GitHub's id of the app that made it; null: not told. */
  app_id: number | null;
  status: string;
  conclusion: string | null;
}

/** GitHub's conclusions: https://docs.github.com/rest/guides/using-the-rest-api-to-interact-with-checks. */
const PASSED = new Set(["success", "neutral", "skipped"]);
const FAILED = new Set(["failure", "cancelled", "timed_out", "action_required", "startup_failure"]);

/** Anybody may name a run like the app's own, so it is known by its app too. */
export const isOwnRun = (
  { name, app_id }: Pick<CheckRun, "name" | "app_id">,
  ownAppId: number | null,
): boolean => name === CHECK_NAME && app_id !== null && app_id === ownAppId;

/**
 * The latest check runs of a commit, as one verdict. The app's own run does not count: it says what the service
 * thinks of the proposal.
 */
export const foldCheckRuns = (runs: readonly CheckRun[], ownAppId: number | null): ChecksVerdict =>
  runs
    .filter((run) => !isOwnRun(run, ownAppId))
    .map(verdictOfRun)
    .reduce(foldChecks, null);

/** A conclusion GitHub gives up on (`stale`), or one that is not known here, says nothing yet. */
const verdictOfRun = ({ status, conclusion }: CheckRun): ChecksVerdict => {
  if (status !== "completed" || conclusion === null) return "pending";
  if (FAILED.has(conclusion)) return "failure";
  return PASSED.has(conclusion) ? "success" : "pending";
};

/** The latest commit status of each context, as one verdict. */
export const foldStatuses = (statuses: readonly { state: string }[]): ChecksVerdict =>
  statuses.map(verdictOfStatus).reduce(foldChecks, null);

const verdictOfStatus = ({ state }: { state: string }): ChecksVerdict => {
  if (state === "failure" || state === "error") return "failure";
  return state === "success" ? "success" : "pending";
};

/** Two verdicts as one: the worse of them, in the order failure, pending, success, nothing. */
export const foldChecks = (one: ChecksVerdict, other: ChecksVerdict): ChecksVerdict => {
  for (const verdict of ["failure", "pending", "success"] as const) {
    if (one === verdict || other === verdict) return verdict;
  }
  return null;
};

interface Reviewer {
  id: number;
  login: string;
  /** `User` or `Bot`. */
  type: string;
}

interface Review {
  /** null: the account is gone. */
  author: Reviewer | null;
  state: string;
  author_association: string;
}

/** Who belongs to the repository: the word of anybody else is not asked for. */
const COUNTED_ASSOCIATIONS = new Set(["OWNER", "MEMBER", "COLLABORATOR"]);
/** A comment leaves the reviewer's verdict as it was. */
const DECIDING_STATES = new Set(["APPROVED", "CHANGES_REQUESTED", "DISMISSED"]);

/** The last deciding review of each account, the account that spoke last at the end. */
const lastWords = (reviews: readonly Review[]): (Review & { author: Reviewer })[] => {
  const words = new Map<number, Review & { author: Reviewer }>();
  for (const { author, ...review } of reviews) {
    if (author === null || !DECIDING_STATES.has(review.state)) continue;
    words.delete(author.id);
    words.set(author.id, { ...review, author });
  }
  return [...words.values()];
};

/**
 * People of whom GitHub has to be asked whether they may write, the last ones to speak first. To an app that can't see an
 * organisation's members, those who hide their membership look like strangers, which is the default there:
 * https://github.com/orgs/community/discussions/18690.
 */
export const uncertainReviewers = (reviews: readonly Review[]): Reviewer[] =>
  lastWords(reviews)
    .filter(
      ({ author, state, author_association }) =>
        author.type === "User" && state !== "DISMISSED" && !COUNTED_ASSOCIATIONS.has(author_association),
    )
    .map(({ author }) => author)
    .reverse();

/**
 * The reviews of a pull request, oldest first: the last word of each reviewer, of which a wish for changes wins.
 * @param writers ids of those who may write to the repository, whatever GitHub calls them
 */
export const foldReviews = (reviews: readonly Review[], writers: ReadonlySet<number>): ReviewVerdict => {
  const words = lastWords(reviews)
    .filter(
      ({ author, author_association }) =>
        COUNTED_ASSOCIATIONS.has(author_association) || writers.has(author.id),
    )
    .map(({ state }) => state);
  if (words.includes("CHANGES_REQUESTED")) return "changes_requested";
  return words.includes("APPROVED") ? "approved" : null;
};
