import { z } from "zod";
import { commentAnswer, reactionAnswer } from "../answers/comment.ts";
import { notAccessible, notFound } from "../github-error.ts";
import { addComment, addReaction, deleteComment, editComment, findComment } from "../pulls/comments.ts";
import { type Call, numberParam, readBody } from "../rest/call.ts";
import { paginate } from "../rest/paginate.ts";
import type { Rest } from "../rest/rest.ts";
import { accountById, pullByNumber } from "../state/lookup.ts";
import { type CommentRecord, REACTIONS, type RepositoryRecord } from "../state/model.ts";
import type { RouteDeps } from "./route-deps.ts";

const Body = z.object({ body: z.string() });
const ReactionBody = z.object({ content: z.enum(REACTIONS) });

// Every pull request is an issue too, and either permission opens its comments.
const READ = [
  ["issues", "read"],
  ["pull_requests", "read"],
] as const;
const WRITE = [
  ["issues", "write"],
  ["pull_requests", "write"],
] as const;

export function commentRoutes(rest: Rest, deps: RouteDeps): void {
  const { site } = deps;
  const { state } = deps.store;
  const bot = () => accountById(state, state.app.bot_id);
  const LIST = "/repos/:owner/:repo/issues/:number/comments";
  const ONE = "/repos/:owner/:repo/issues/comments/:id";

  const find = (call: Call & { repository: RepositoryRecord }): CommentRecord =>
    findComment(state, call.repository, numberParam(call, "id"));
  const mine = (comment: CommentRecord): CommentRecord => {
    if (comment.user_id !== state.app.bot_id) throw notAccessible();
    return comment;
  };

  rest.repository("GET", LIST, READ, (call) => {
    const { repository } = call;
    const number = numberParam(call, "number");
    if (!pullByNumber(state, repository.id, number)) throw notFound();
    const { since } = call.query;
    const comments = state.comments.filter(
      (comment) =>
        comment.repository_id === repository.id &&
        comment.number === number &&
        (since === undefined || Date.parse(comment.updated_at) >= Date.parse(since)),
    );
    const page = paginate(site, call, comments);
    const body = page.items.map((comment) => commentAnswer(site, state, repository, comment));
    return { status: 200, headers: page.headers, body };
  });

  rest.repository("POST", LIST, WRITE, (call) => {
    const { body } = readBody(Body, call.body);
    const { repository } = call;
    const number = numberParam(call, "number");
    const comment = addComment(deps, { repository, number, user: bot(), body });
    const answer = commentAnswer(site, state, repository, comment);
    return { status: 201, headers: { location: answer.url }, body: answer };
  });

  rest.repository("GET", ONE, READ, (call) => ({
    status: 200,
    body: commentAnswer(site, state, call.repository, find(call)),
  }));

  rest.repository("PATCH", ONE, WRITE, (call) => {
    const { body } = readBody(Body, call.body);
    const comment = mine(find(call));
    editComment(deps, comment, body, bot());
    return { status: 200, body: commentAnswer(site, state, call.repository, comment) };
  });

  rest.repository("DELETE", ONE, WRITE, (call) => {
    deleteComment(deps, mine(find(call)), bot());
    return { status: 204 };
  });

  rest.repository("POST", `${ONE}/reactions`, WRITE, (call) => {
    const { content } = readBody(ReactionBody, call.body);
    const { reaction, added } = addReaction(deps, find(call), bot(), content);
    return { status: added ? 201 : 200, body: reactionAnswer(site, state, reaction) };
  });
}
