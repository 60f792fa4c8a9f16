import type { MirrorParts } from "../../db/pull-mirrors-store.ts";
import type { MirrorPart } from "../../db/schema.ts";
import type { Collaborators } from "../../github/collaborators.ts";
import type { Conditional } from "../../github/conditional.ts";
import { GithubApiError } from "../../github/github-errors.ts";
import { isGranted, type Permissions } from "../../github/installation.ts";
import type { Pull } from "../../github/pull.ts";
import type { PullSignals, Review } from "../../github/pull-signals.ts";
import {
  type ChecksVerdict,
  foldCheckRuns,
  foldChecks,
  foldReviews,
  foldStatuses,
  isOwnRun,
  type ReviewVerdict,
  uncertainReviewers,
} from "../../proposals/pull-verdicts.ts";
import type { Mirrored } from "./load-mirrored.ts";

/** So many are asked about at most: a public repository's strangers may review too. */
const REVIEWERS_ASKED_MAX = 20;

export interface Verdicts {
  checks: ChecksVerdict;
  review: ReviewVerdict;
  parts: MirrorParts;
  /** The app may write checks, and its own is not on the head. */
  lacksOwnCheck: boolean;
}

/** What GitHub says of a pull request now. */
export type PullRead =
  /** `pull` null: it is what it was. `verdicts` null: not read, because it is over or rejected. */
  | { kind: "read"; pull: Pull | null; pullEtag: string | null; verdicts: Verdicts | null }
  /** Not to be seen any more, or under the repository's name there is another one. */
  | { kind: "gone"; why: "not_found" | "other_repository" };

/**
 * Reads the pull request, and while it is open what speaks for and against it. Each only in full when it has changed.
 * @throws what GitHub's client does
 */
export const readPull = async (
  { signals, collaborators }: { signals: PullSignals; collaborators: Collaborators },
  { proposal, number, configRepo, installation, mirror }: Mirrored,
  ownAppId: number | null,
): Promise<PullRead> => {
  const known = mirror.parts.pull?.etag ?? null;
  // The first read follows the record at once, and GitHub may not show everywhere yet what was opened.
  const justWritten = mirror.read_at === null;
  const answer = await orUnreadable(() => signals.pull(number, known, { justWritten }), [404]);
  if (answer === null) return { kind: "gone", why: "not_found" };
  const pull = answer.kind === "read" ? answer.value : null;
  const pullEtag = answer.kind === "read" ? answer.etag : known;
  // A name that was given up can belong to another repository, with numbers of its own.
  if (pull !== null && pull.base_repo_id !== configRepo.github_repo_id) {
    return { kind: "gone", why: "other_repository" };
  }
  const state = pull === null ? proposal.pr_state : pull.state;
  const headSha = pull?.head_sha ?? mirror.head_sha;
  if (state !== "open" || proposal.status === "rejected" || headSha === null) {
    return { kind: "read", pull, pullEtag, verdicts: null };
  }
  const granted = installation.permissions as Permissions;
  const read = createPartReader(mirror.parts);
  const [checkRuns, statuses, reviews] = await Promise.all([
    isGranted(granted, "checks", "read")
      ? read(
          "check_runs",
          headSha,
          (etag) => signals.checkRuns(headSha, etag),
          (runs) => ({
            verdict: foldCheckRuns(runs, ownAppId),
            own: runs.some((run) => isOwnRun(run, ownAppId)),
          }),
        )
      : null,
    isGranted(granted, "statuses", "read")
      ? read(
          "statuses",
          headSha,
          (etag) => signals.statuses(headSha, etag),
          (given) => ({
            verdict: foldStatuses(given),
          }),
        )
      : null,
    read(
      "reviews",
      undefined,
      (etag) => signals.reviews(number, etag),
      async (given) => ({ verdict: foldReviews(given, await writersAmong(given, collaborators)) }),
    ),
  ]);
  const parts: MirrorParts = {
    ...(checkRuns && { check_runs: checkRuns }),
    ...(statuses && { statuses }),
    ...(reviews && { reviews }),
  };
  return {
    kind: "read",
    pull,
    pullEtag,
    verdicts: {
      checks: foldChecks(verdictOf(checkRuns), verdictOf(statuses)),
      review: verdictOf(reviews),
      parts,
      lacksOwnCheck: checkRuns?.own === false && isGranted(granted, "checks", "write"),
    },
  };
};

type Folded = Pick<MirrorPart, "verdict" | "own">;
type SignalPart = "check_runs" | "statuses" | "reviews";

/** What a part came to, which is one of the words it is folded into. */
const verdictOf = <V extends string>(part: MirrorPart | null): V | null =>
  (part?.verdict ?? null) as V | null;

/** Reads parts of a pull request, or takes over what is known of one that has not changed. null: it is off. */
const createPartReader =
  (known: MirrorParts) =>
  async <T>(
    name: SignalPart,
    sha: string | undefined,
    read: (etag: string | null) => Promise<Conditional<T>>,
    fold: (value: T) => Folded | Promise<Folded>,
  ): Promise<MirrorPart | null> => {
    const before = known[name]?.sha === sha ? known[name] : undefined;
    const answer = await orUnreadable(() => read(before?.etag ?? null), [403, 404, 422]);
    if (answer === null) return null;
    if (answer.kind === "unchanged") return before ?? null;
    return { etag: answer.etag, ...(await fold(answer.value)), ...(sha !== undefined && { sha }) };
  };

const writersAmong = async (
  reviews: readonly Review[],
  { canWrite }: Collaborators,
): Promise<ReadonlySet<number>> => {
  const writers = new Set<number>();
  for (const person of uncertainReviewers(reviews).slice(0, REVIEWERS_ASKED_MAX)) {
    if (await orUnreadable(() => canWrite(person), [403])) writers.add(person.id);
  }
  return writers;
};

/** null where GitHub answers with one of these: not granted, not there, or no such commit. */
const orUnreadable = async <T>(read: () => Promise<T>, statuses: readonly number[]): Promise<T | null> => {
  try {
    return await read();
  } catch (error) {
    if (error instanceof GithubApiError && statuses.includes(error.status ?? 0)) return null;
    throw error;
  }
};
