import { nodeId, type Site } from "../site.ts";
import { accountById, fullName } from "../state/lookup.ts";
import {
  type CommentRecord,
  REACTIONS,
  type ReactionRecord,
  type RepositoryRecord,
  type State,
} from "../state/model.ts";
import { associationOf } from "../state/roles.ts";
import { appAnswer, type Schemas, userAnswer } from "./account.ts";

export function commentAnswer(
  site: Site,
  state: State,
  repository: RepositoryRecord,
  comment: CommentRecord,
): Schemas["issue-comment"] {
  const name = fullName(state, repository);
  const api = `${site.apiUrl}/repos/${name}/issues`;
  const url = `${api}/comments/${comment.id}`;
  const user = accountById(state, comment.user_id);
  return {
    id: comment.id,
    node_id: nodeId("IssueComment", comment.id),
    url,
    html_url: `${site.url}/${name}/pull/${comment.number}#issuecomment-${comment.id}`,
    issue_url: `${api}/${comment.number}`,
    user: userAnswer(site, user),
    created_at: comment.created_at,
    updated_at: comment.updated_at,
    author_association: associationOf(state, repository, user),
    body: comment.body,
    reactions: reactionRollup(url, state, comment),
    performed_via_github_app: user.id === state.app.bot_id ? appAnswer(site, state) : null,
  };
}

export function reactionAnswer(site: Site, state: State, reaction: ReactionRecord): Schemas["reaction"] {
  return {
    id: reaction.id,
    node_id: nodeId("Reaction", reaction.id),
    user: userAnswer(site, accountById(state, reaction.user_id)),
    content: reaction.content,
    created_at: reaction.created_at,
  };
}

function reactionRollup(url: string, state: State, comment: CommentRecord): Schemas["reaction-rollup"] {
  const mine = state.reactions.filter((reaction) => reaction.comment_id === comment.id);
  const counts = REACTIONS.map((content) => [content, mine.filter((one) => one.content === content).length]);
  const rollup = Object.fromEntries(counts) as Record<(typeof REACTIONS)[number], number>;
  return { url: `${url}/reactions`, total_count: mine.length, ...rollup };
}
