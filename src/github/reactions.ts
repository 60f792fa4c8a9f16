import type { RepositoryClient } from "./client.ts";

const ROUTE = "POST /repos/{owner}/{repo}/issues/comments/{comment_id}/reactions";

export interface Reactions {
  /** Reacting the same way twice is reacting once. */
  react(commentId: number, content: "+1" | "confused"): Promise<void>;
}

/** Reactions of our bot to comments. https://docs.github.com/rest/reactions/reactions */
export const createReactions = (client: RepositoryClient): Reactions => ({
  react: async (comment_id, content) => {
    const { owner, repo } = client;
    await client.request(ROUTE, { owner, repo, comment_id, content, request: { repeatable: true } });
  },
});
