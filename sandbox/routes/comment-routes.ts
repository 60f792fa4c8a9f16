import { z } from "zod";
import { commentAnswer } from "../answers/comment.ts";
import { notAccessible, notFound } from "../github-error.ts";
import { addComment, mustFitComment } from "../pulls/add-comment.ts";
import { type Call, numberParam, readBody } from "../rest/call.ts";
import { paginate } from "../rest/paginate.ts";
import type { Rest } from "../rest/rest.ts";
import { isoSeconds } from "../site.ts";
import { accountById, pullByNumber } from "../state/lookup.ts";
import type { CommentRecord } from "../state/model.ts";
import type { RouteDeps } from "./route-deps.ts";

const Body = z.object({ body: z.string() });

// Every pull request is an issue too, and either permission opens its comments.
const READ = [
  ["issues", "read"],
  ["pull_requests", "read"],
] as const;
const WRITE = [
  ["issues", "write"],
  ["pull_requests", "write"],
] as const;

export function commentRoutes(rest: Rest, { site, store, clock }: RouteDeps): void {
  const { state } = store;
  const LIST = "/repos/:owner/:repo/issues/:number/comments";
  const ONE = "/repos/:owner/:repo/issues/comments/:id";

  const find = (call: Call & { repository: { id: number } }): CommentRecord => {
    const id = numberParam(call, "id");
    const comment = state.comments.find((one) => one.id === id && one.repository_id === call.repository.id);
    if (!comment) throw notFound();
    return comment;
  };
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
    const bot = accountById(state, state.app.bot_id);
    const at = isoSeconds(clock.now());
    const comment = addComment(store, {
      repository,
      number: numberParam(call, "number"),
      user: bot,
      body,
      at,
    });
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
    mustFitComment(body);
    store.update(() => Object.assign(comment, { body, updated_at: isoSeconds(clock.now()) }));
    return { status: 200, body: commentAnswer(site, state, call.repository, comment) };
  });

  rest.repository("DELETE", ONE, WRITE, (call) => {
    const comment = mine(find(call));
    store.update((next) => {
      next.comments = next.comments.filter((other) => other !== comment);
    });
    return { status: 204 };
  });
}
