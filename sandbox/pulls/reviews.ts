import { GitHubError, notFound, validationFailed } from "../github-error.ts";
import { isoSeconds } from "../site.ts";
import type { AccountRecord, PullRecord, RepositoryRecord, ReviewRecord } from "../state/model.ts";
import { takeId } from "../state/store.ts";
import { mustFitBody } from "./pull-rules.ts";
import type { PullDeps } from "./pulls.ts";

interface NewReview {
  repository: RepositoryRecord;
  pull: PullRecord;
  user: AccountRecord;
  state: "APPROVED" | "CHANGES_REQUESTED" | "COMMENTED";
  body: string;
}

/** @throws GitHubError 422: nobody judges what is their own. */
export function addReview({ store, clock, emit }: PullDeps, review: NewReview): ReviewRecord {
  const { repository, pull, user, state, body } = review;
  mustFitBody("PullRequestReview", body);
  if (user.id === pull.user_id && state !== "COMMENTED") {
    const what = state === "APPROVED" ? "approve" : "request changes on";
    throw new GitHubError(422, `Can not ${what} your own pull request`);
  }
  const now = isoSeconds(clock.now());
  const added = store.update((next) => {
    const record: ReviewRecord = {
      id: takeId(next),
      repository_id: repository.id,
      number: pull.number,
      user_id: user.id,
      body,
      state,
      commit_id: pull.head_sha,
      submitted_at: now,
    };
    next.reviews.push(record);
    pull.updated_at = now;
    return record;
  });
  emit({ event: "pull_request_review", action: "submitted", sender: user, repository, pull, review: added });
  return added;
}

/** @throws GitHubError 404 without such a review, 422 for one that is neither an approval nor a request. */
export function dismissReview(
  { store, clock, emit }: PullDeps,
  { repository, pull, id }: { repository: RepositoryRecord; pull: PullRecord; id: number },
  sender: AccountRecord,
): ReviewRecord {
  const review = store.state.reviews.find(
    (one) => one.id === id && one.repository_id === repository.id && one.number === pull.number,
  );
  if (!review) throw notFound();
  if (review.state !== "APPROVED" && review.state !== "CHANGES_REQUESTED") {
    const message = `Can not dismiss a ${review.state.toLowerCase()} pull request review`;
    throw validationFailed({ resource: "PullRequestReview", code: "custom", message });
  }
  store.update(() => {
    review.state = "DISMISSED";
    pull.updated_at = isoSeconds(clock.now());
  });
  emit({ event: "pull_request_review", action: "dismissed", sender, repository, pull, review });
  return review;
}
