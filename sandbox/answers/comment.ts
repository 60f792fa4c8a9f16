import { nodeId, type Site } from "../site.ts";
import { accountById, fullName } from "../state/lookup.ts";
import type { CommentRecord, RepositoryRecord, State } from "../state/model.ts";
import { appAnswer, type Schemas, userAnswer } from "./account.ts";

export function commentAnswer(
  site: Site,
  state: State,
  repository: RepositoryRecord,
  comment: CommentRecord,
): Schemas["issue-comment"] {
  const name = fullName(state, repository);
  const api = `${site.apiUrl}/repos/${name}/issues`;
  const user = accountById(state, comment.user_id);
  return {
    id: comment.id,
    node_id: nodeId("IssueComment", comment.id),
    url: `${api}/comments/${comment.id}`,
    html_url: `${site.url}/${name}/pull/${comment.number}#issuecomment-${comment.id}`,
    issue_url: `${api}/${comment.number}`,
    user: userAnswer(site, user),
    created_at: comment.created_at,
    updated_at: comment.updated_at,
    author_association: user.type === "Bot" ? "NONE" : "MEMBER",
    body: comment.body,
    performed_via_github_app: user.id === state.app.bot_id ? appAnswer(site, state) : null,
  };
}
