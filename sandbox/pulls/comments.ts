import { notFound, validationFailed } from "../github-error.ts";
import { isoSeconds } from "../site.ts";
import { pullByNumber, repositoryById } from "../state/lookup.ts";
import type {
  AccountRecord,
  CommentRecord,
  PullRecord,
  ReactionRecord,
  RepositoryRecord,
  State,
} from "../state/model.ts";
import { takeId } from "../state/store.ts";
import { mustFitBody } from "./pull-rules.ts";
import type { PullDeps } from "./pulls.ts";

interface NewComment {
  repository: RepositoryRecord;
  number: number;
  user: AccountRecord;
  body: string;
}

/** @throws GitHubError 404 without such a pull request, 422 for a body GitHub refuses. */
export function addComment({ store, clock, emit }: PullDeps, comment: NewComment): CommentRecord {
  const { repository, number, user, body } = comment;
  const pull = pullByNumber(store.state, repository.id, number);
  if (!pull) throw notFound();
  mustFitComment(body);
  const now = isoSeconds(clock.now());
  const added = store.update((state) => {
    const record: CommentRecord = {
      id: takeId(state),
      repository_id: repository.id,
      number,
      user_id: user.id,
      body,
      created_at: now,
      updated_at: now,
    };
    state.comments.push(record);
    pull.updated_at = now;
    return record;
  });
  emit({ event: "issue_comment", action: "created", sender: user, repository, pull, comment: added });
  return added;
}

/** @throws GitHubError 422 */
export function editComment(
  { store, clock, emit }: PullDeps,
  comment: CommentRecord,
  body: string,
  sender: AccountRecord,
): CommentRecord {
  mustFitComment(body);
  const { repository, pull } = placeOf(store.state, comment);
  const now = isoSeconds(clock.now());
  store.update(() => {
    Object.assign(comment, { body, updated_at: now });
    pull.updated_at = now;
  });
  emit({ event: "issue_comment", action: "edited", sender, repository, pull, comment });
  return comment;
}

export function deleteComment(
  { store, clock, emit }: PullDeps,
  comment: CommentRecord,
  sender: AccountRecord,
): void {
  const { repository, pull } = placeOf(store.state, comment);
  store.update((state) => {
    state.comments = state.comments.filter((other) => other !== comment);
    state.reactions = state.reactions.filter((reaction) => reaction.comment_id !== comment.id);
    pull.updated_at = isoSeconds(clock.now());
  });
  emit({ event: "issue_comment", action: "deleted", sender, repository, pull, comment });
}

/** One person reacts in one way once: asking again finds the reaction there. Nobody is told of reactions. */
export function addReaction(
  { store, clock }: PullDeps,
  comment: CommentRecord,
  user: AccountRecord,
  content: ReactionRecord["content"],
): { reaction: ReactionRecord; added: boolean } {
  const known = store.state.reactions.find(
    (one) => one.comment_id === comment.id && one.user_id === user.id && one.content === content,
  );
  if (known) return { reaction: known, added: false };
  const reaction = store.update((state) => {
    const record: ReactionRecord = {
      id: takeId(state),
      repository_id: comment.repository_id,
      comment_id: comment.id,
      user_id: user.id,
      content,
      created_at: isoSeconds(clock.now()),
    };
    state.reactions.push(record);
    return record;
  });
  return { reaction, added: true };
}

/** @throws GitHubError 404 */
export function findComment(state: State, repository: RepositoryRecord, id: number): CommentRecord {
  const comment = state.comments.find((one) => one.id === id && one.repository_id === repository.id);
  if (!comment) throw notFound();
  return comment;
}

function placeOf(state: State, comment: CommentRecord): { repository: RepositoryRecord; pull: PullRecord } {
  const repository = repositoryById(state, comment.repository_id);
  const pull = pullByNumber(state, comment.repository_id, comment.number);
  if (!repository || !pull) throw notFound();
  return { repository, pull };
}

function mustFitComment(body: string): void {
  mustFitBody("IssueComment", body);
  if (body.trim() !== "") return;
  const message = "Body cannot be blank";
  throw validationFailed({ resource: "IssueComment", code: "unprocessable", field: "data", message });
}
