import { z } from "zod";
import type { Clock } from "../clock.ts";
import type { RepositoryClient } from "./client.ts";
import { UncertainWriteError } from "./github-errors.ts";
import { orNull } from "./or-null.ts";
import { readAnswer } from "./read-answer.ts";
import { readPages } from "./read-pages.ts";

/** Our comment is among the first that are looked at: right after the pull request was opened, or after `since`. */
const COMMENT_PAGES_MAX = 10;
/** How often a comment is sent at most; in between it is looked for. */
const SENDS_MAX = 3;
/** Before a look that follows a write, so that GitHub's list has caught up with it. */
const LOOK_WAIT_MS = 1_000;

const CREATE_ROUTE = "POST /repos/{owner}/{repo}/issues/{issue_number}/comments";
const LIST_ROUTE = "GET /repos/{owner}/{repo}/issues/{issue_number}/comments";
const GET_ROUTE = "GET /repos/{owner}/{repo}/issues/comments/{comment_id}";
const DELETE_ROUTE = "DELETE /repos/{owner}/{repo}/issues/comments/{comment_id}";

const commentSchema = z.object({
  id: z.number(),
  html_url: z.string(),
  body: z.string().default(""),
  user: z.object({ login: z.string() }).nullable(),
});
export type Comment = z.output<typeof commentSchema>;

/** https://docs.github.com/rest/issues/comments#get-an-issue-comment */
const saidSchema = z
  .object({
    id: z.number(),
    body: z.string().default(""),
    user: z.object({ id: z.number(), login: z.string(), type: z.string() }).nullable(),
    created_at: z.string(),
    // Its last segment is the number, whatever the repository is called by now.
    issue_url: z.string().regex(/\/issues\/\d{1,15}$/),
  })
  .transform(
    ({ issue_url, user, ...rest }): SaidComment => ({
      ...rest,
      author: user,
      issue: Number(issue_url.slice(issue_url.lastIndexOf("/") + 1)),
    }),
  );

/** A comment somebody wrote. */
export interface SaidComment {
  id: number;
  body: string;
  /** `type` is `User` or `Bot`; null: the account is gone. */
  author: { id: number; login: string; type: string } | null;
  /** ISO 8601. */
  created_at: string;
  /** Number of the issue or pull request it stands under. */
  issue: number;
}

export interface EnsureComment {
  issue: number;
  /** Holds the marker. */
  body: string;
  /** Hidden text by which our comments of this proposal are found again. */
  marker: string;
  /** `<slug>[bot]`: the marker alone proves nothing. */
  botLogin: string;
  /** No earlier run may have written it, so there is nothing to look for. */
  first: boolean;
  /** ISO 8601: ours can't be older, so nothing before it is looked at. */
  since?: string;
}

export interface Comments {
  /** One that was just written may not be seen at once, so a 404 is asked again. @returns null: it is gone */
  getComment(id: number): Promise<SaidComment | null>;
  /** @throws UncertainWriteError when it may have been posted */
  addComment(issue: number, body: string): Promise<Comment>;
  /**
   * Sees to it that there is one such comment: of several own ones the oldest stays.
   * @throws UncertainWriteError when every try was uncertain and none can be seen
   */
  ensureComment(input: EnsureComment): Promise<{ kind: "posted" | "kept"; comment: Comment }>;
  /** Of own comments with the same mark leaves the oldest. @returns the ids of all own ones that were seen */
  tidyComments(input: {
    issue: number;
    botLogin: string;
    markOf: (body: string) => string | null;
  }): Promise<number[]>;
}

/** Comments on pull requests of one repository. Every method throws what {@link RepositoryClient.request} does. */
export const createComments = ({ client, clock }: { client: RepositoryClient; clock: Clock }): Comments => {
  const { owner, repo, signal } = client;

  const getComment: Comments["getComment"] = (comment_id) =>
    orNull(async () => {
      const request = { justWritten: true };
      const { data } = await client.request(GET_ROUTE, { owner, repo, comment_id, request });
      return readAnswer(saidSchema, data, GET_ROUTE);
    });

  const addComment: Comments["addComment"] = async (issue_number, body) => {
    // The pull request may be moments old.
    const request = { justWritten: true };
    const { data } = await client.request(CREATE_ROUTE, { owner, repo, issue_number, body, request });
    const comment = commentSchema.safeParse(data);
    if (!comment.success) throw new UncertainWriteError(comment.error);
    return comment.data;
  };

  const listOwn = async ({
    issue,
    botLogin,
    since,
  }: Pick<EnsureComment, "issue" | "botLogin" | "since">): Promise<Comment[]> => {
    const comments = await readPages(COMMENT_PAGES_MAX, async (page) => {
      const request = { justWritten: true };
      const query = { issue_number: issue, per_page: 100, page, ...(since && { since }), request };
      const { data, headers } = await client.request(LIST_ROUTE, { owner, repo, ...query });
      return { items: readAnswer(z.array(commentSchema), data, LIST_ROUTE), link: headers.link };
    });
    return comments.filter(({ user }) => user?.login === botLogin);
  };

  /** Deletes all but the oldest, which is returned; null: there are none. */
  const leaveOldest = async (comments: Comment[]): Promise<Comment | null> => {
    const [oldest, ...others] = comments.toSorted((a, b) => a.id - b.id);
    for (const { id } of others) {
      // One that is gone already is what is wanted.
      await orNull(() => client.request(DELETE_ROUTE, { owner, repo, comment_id: id }));
    }
    return oldest ?? null;
  };

  const keepOldest = async (input: EnsureComment): Promise<Comment | null> =>
    leaveOldest((await listOwn(input)).filter(({ body }) => body.includes(input.marker)));

  const tidyComments: Comments["tidyComments"] = async ({ issue, botLogin, markOf }) => {
    const own = await listOwn({ issue, botLogin });
    for (const [mark, alike] of Map.groupBy(own, ({ body }) => markOf(body))) {
      if (mark !== null) await leaveOldest(alike);
    }
    return own.map(({ id }) => id);
  };

  const ensureComment: Comments["ensureComment"] = async (input) => {
    let uncertain: UncertainWriteError | null = null;
    for (let sends = 0; ; sends++) {
      if (uncertain !== null) await clock.sleep(LOOK_WAIT_MS, signal);
      if (uncertain !== null || !input.first) {
        const comment = await keepOldest(input);
        if (comment !== null) return { kind: "kept", comment };
      }
      if (uncertain !== null && sends >= SENDS_MAX) throw uncertain;
      try {
        const comment = await addComment(input.issue, input.body);
        if (uncertain === null) return { kind: "posted", comment };
        // An uncertain one before it may show up only now.
        await clock.sleep(LOOK_WAIT_MS, signal);
        return { kind: "posted", comment: (await keepOldest(input)) ?? comment };
      } catch (error) {
        if (!(error instanceof UncertainWriteError)) throw error;
        uncertain = error;
      }
    }
  };

  return { getComment, addComment, ensureComment, tidyComments };
};
