import { z } from "zod";
import type { RepositoryClient } from "./client.ts";
import { orNull } from "./or-null.ts";
import { readAnswer } from "./read-answer.ts";

const ROUTE = "GET /repos/{owner}/{repo}/collaborators/{username}/permission";

/** `maintain` is told as `write` here, `triage` as `read`; roles an organisation made, as what they are based on. */
const MAY_WRITE = ["admin", "write"];

const answerSchema = z.object({
  permission: z.string(),
  user: z.object({ id: z.number() }).nullish(),
});

export interface Collaborators {
  /**
   * Whether this person can write to the repository. The id is held against the answer's: a login can go over to somebody
   * else between two requests.
   */
  canWrite(person: { login: string; id: number }): Promise<boolean>;
}

/** https://docs.github.com/rest/collaborators/collaborators#get-repository-permissions-for-a-user */
export const createCollaborators = (client: RepositoryClient): Collaborators => ({
  canWrite: async ({ login, id }) => {
    const { owner, repo } = client;
    // 404: no such person.
    const answer = await orNull(() => client.request(ROUTE, { owner, repo, username: login }));
    if (answer === null) return false;
    const { permission, user } = readAnswer(answerSchema, answer.data, ROUTE);
    return MAY_WRITE.includes(permission) && user?.id === id;
  },
});
