import { z } from "zod";
import type { Clock } from "../clock.ts";
import type { RepositoryClient } from "./client.ts";
import { UncertainWriteError } from "./github-errors.ts";
import { orNull } from "./or-null.ts";
import { readAnswer } from "./read-answer.ts";
import { readPages } from "./read-pages.ts";

/** Our comment is among the first: it is posted right after the pull request is opened. */
const COMMENT_PAGES_MAX = 10;
/** How often a comment is sent at most; in between it is looked for. */
const SENDS_MAX = 3;
/** Before a look that follows a write, so that GitHub's list has caught up with it. */
const LOOK_WAIT_MS = 1_000;

const CREATE_ROUTE = "POST /repos/{owner}/{repo}/issues/{issue_number}/comments";
const LIST_ROUTE = "GET /repos/{owner}/{repo}/issues/{issue_number}/comments";
const DELETE_ROUTE = "DELETE /repos/{owner}/{repo}/issues/comments/{comment_id}";

const commentSchema = z.object({
  id: z.number(),
  html_url: z.string(),
  body: z.string().default(""),
  user: z.object({ login: z.string() }).nullable(),
});
export type Comment = z.output<typeof commentSchema>;

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
}

export interface Comments {
  /** @throws UncertainWriteError when it may have been posted */
  addComment(issue: number, body: string): Promise<Comment>;
  /**
   * Sees to it that there is one such comment: of several own ones the oldest stays.
   * @throws UncertainWriteError when every try was uncertain and none can be seen
   */
  ensureComment(input: EnsureComment): Promise<{ kind: "posted" | "kept"; comment: Comment }>;
}

/** Comments on pull requests of one repository. Every method throws what {@link RepositoryClient.request} does. */
export const createComments = ({ client, clock }: { client: RepositoryClient; clock: Clock }): Comments => {
  const { owner, repo, signal } = client;

  const addComment: Comments["addComment"] = async (issue_number, body) => {
    // The pull request may be moments old.
    const request = { justWritten: true };
    const { data } = await client.request(CREATE_ROUTE, { owner, repo, issue_number, body, request });
    const comment = commentSchema.safeParse(data);
    if (!comment.success) throw new UncertainWriteError(comment.error);
    return comment.data;
  };

  /** Deletes all own comments but the oldest, which is returned; null: there are none. */
  const keepOldest = async ({ issue, marker, botLogin }: EnsureComment): Promise<Comment | null> => {
    const comments = await readPages(COMMENT_PAGES_MAX, async (page) => {
      const query = { issue_number: issue, per_page: 100, page, request: { justWritten: true } };
      const { data, headers } = await client.request(LIST_ROUTE, { owner, repo, ...query });
      return { items: readAnswer(z.array(commentSchema), data, LIST_ROUTE), link: headers.link };
    });
    const own = comments.filter(({ user, body }) => user?.login === botLogin && body.includes(marker));
    const [oldest, ...others] = own.sort((a, b) => a.id - b.id);
    for (const { id } of others) {
      // One that is gone already is what is wanted.
      await orNull(() => client.request(DELETE_ROUTE, { owner, repo, comment_id: id }));
    }
    return oldest ?? null;
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

  return { addComment, ensureComment };
};
