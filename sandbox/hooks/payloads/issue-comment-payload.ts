import { appAnswer } from "../../answers/account.ts";
import { commentAnswer } from "../../answers/comment.ts";
import { pullAnswer } from "../../answers/pull.ts";
import { nodeId } from "../../site.ts";
import { fullName } from "../../state/lookup.ts";
import type { CommentRecord, InstallationRecord, PullRecord, RepositoryRecord } from "../../state/model.ts";
import type { HookEvent } from "../hook-event.ts";
import { appPart, type PayloadContext, reactionsPart, repositorySurroundings } from "./parts.ts";

type Event = Extract<HookEvent, { event: "issue_comment" }>;

/** https://docs.github.com/webhooks/webhook-events-and-payloads#issue_comment */
export function issueCommentPayload(
  context: PayloadContext,
  event: Event,
  installation: InstallationRecord,
): object {
  const { action, repository, pull, comment } = event;
  return {
    action,
    ...(action === "edited" ? { changes: {} } : {}),
    issue: issuePart(context, repository, pull),
    comment: commentPart(context, repository, comment),
    ...repositorySurroundings(context, { ...event, installation }),
  };
}

/** A pull request as the issue that it is too. */
function issuePart(context: PayloadContext, repository: RepositoryRecord, pull: PullRecord): object {
  const { site, state } = context;
  const answer = pullAnswer(site, state, repository, pull, {
    commits: 0,
    additions: 0,
    deletions: 0,
    changed_files: 0,
    mergeable: null,
  });
  const repositoryUrl = `${site.apiUrl}/repos/${fullName(state, repository)}`;
  const url = answer.issue_url;
  const { html_url, diff_url, patch_url, merged_at } = answer;
  return {
    url,
    repository_url: repositoryUrl,
    labels_url: `${url}/labels{/name}`,
    comments_url: `${url}/comments`,
    events_url: `${url}/events`,
    timeline_url: `${url}/timeline`,
    html_url,
    id: answer.id,
    node_id: nodeId("PullRequest", pull.id),
    number: answer.number,
    title: answer.title,
    user: answer.user,
    labels: [],
    state: answer.state,
    state_reason: null,
    locked: false,
    assignee: null,
    assignees: [],
    milestone: null,
    comments: answer.comments,
    created_at: answer.created_at,
    updated_at: answer.updated_at,
    closed_at: answer.closed_at,
    author_association: answer.author_association,
    active_lock_reason: null,
    draft: pull.draft,
    pull_request: { url: answer.url, html_url, diff_url, patch_url, merged_at },
    body: answer.body,
    reactions: reactionsPart(url, []),
    performed_via_github_app: pull.user_id === state.app.bot_id ? appPart(appAnswer(site, state)) : null,
  };
}

function commentPart(context: PayloadContext, repository: RepositoryRecord, comment: CommentRecord): object {
  const { site, state } = context;
  const { performed_via_github_app: app, ...answer } = commentAnswer(site, state, repository, comment);
  const reactions = state.reactions.filter((reaction) => reaction.comment_id === comment.id);
  return {
    ...answer,
    reactions: reactionsPart(
      answer.url,
      reactions.map(({ content }) => content),
    ),
    performed_via_github_app: appPart(app ?? null),
  };
}
