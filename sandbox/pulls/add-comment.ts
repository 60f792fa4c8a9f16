import { notFound, validationFailed } from "../github-error.ts";
import { pullByNumber } from "../state/lookup.ts";
import type { AccountRecord, CommentRecord, RepositoryRecord } from "../state/model.ts";
import { type Store, takeId } from "../state/store.ts";
import { mustFitBody } from "./pull-rules.ts";

interface NewComment {
  repository: RepositoryRecord;
  number: number;
  user: AccountRecord;
  body: string;
  at: string;
}

/** @throws GitHubError 404 without such a pull request, 422 for a body GitHub refuses. */
export function addComment(store: Store, comment: NewComment): CommentRecord {
  const { repository, number, user, body, at } = comment;
  const pull = pullByNumber(store.state, repository.id, number);
  if (!pull) throw notFound();
  mustFitComment(body);
  return store.update((state) => {
    const record: CommentRecord = {
      id: takeId(state),
      repository_id: repository.id,
      number,
      user_id: user.id,
      body,
      created_at: at,
      updated_at: at,
    };
    state.comments.push(record);
    pull.updated_at = at;
    return record;
  });
}

/** @throws GitHubError 422 */
export function mustFitComment(body: string): void {
  mustFitBody("IssueComment", body);
  if (body.trim() !== "") return;
  const message = "Body cannot be blank";
  throw validationFailed({ resource: "IssueComment", code: "unprocessable", field: "data", message });
}
