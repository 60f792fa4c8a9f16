import { z } from "zod";
import type { RepositoryClient } from "./client.ts";
import { GithubApiError, UncertainWriteError } from "./github-errors.ts";
import { type Pull, pullSchema } from "./pull.ts";
import { readAnswer } from "./read-answer.ts";
import { readPages } from "./read-pages.ts";

/** Of one branch; there is hardly ever more than one. */
const PULL_PAGES_MAX = 5;
const ALREADY_EXISTS = /a pull request already exists/i;

const LIST_ROUTE = "GET /repos/{owner}/{repo}/pulls";
const CREATE_ROUTE = "POST /repos/{owner}/{repo}/pulls";
const GET_ROUTE = "GET /repos/{owner}/{repo}/pulls/{pull_number}";
const UPDATE_ROUTE = "PATCH /repos/{owner}/{repo}/pulls/{pull_number}";

const bodySchema = z.object({ body: z.string().nullish() });

export interface NewPull {
  title: string;
  /** Branch of this repository. */
  head: string;
  base: string;
  body: string;
}

export interface PullRequests {
  /** @throws UncertainWriteError when it may have been created */
  createPull(pull: NewPull): Promise<{ kind: "created"; pull: Pull } | { kind: "already_exists" }>;
  /** Every pull request from a branch, open, closed or merged, newest first. */
  findPulls(query: { headOwner: string; branch: string }): Promise<Pull[]>;
  /** @param justWritten it was opened moments ago, so a 404 is asked again */
  getPull(number: number, options?: { justWritten?: boolean }): Promise<Pull>;
  /** With its text, "" where it has none. */
  getPullAndBody(number: number): Promise<{ pull: Pull; body: string }>;
  /** Replaces its text. */
  updatePullBody(number: number, body: string): Promise<void>;
  /** Closes it without merging; one that is closed stays so. */
  closePull(number: number): Promise<Pull>;
}

/** Pull requests of one repository. Every method throws what {@link RepositoryClient.request} does. */
export const createPullRequests = (client: RepositoryClient): PullRequests => {
  const { owner, repo } = client;

  return {
    createPull: async (pull) => {
      try {
        const { data } = await client.request(CREATE_ROUTE, { owner, repo, ...pull });
        const created = pullSchema.safeParse(data);
        // It was created, only not told in a form that can be read: look it up.
        if (!created.success) throw new UncertainWriteError(created.error);
        return { kind: "created", pull: created.data };
      } catch (error) {
        const exists = error instanceof GithubApiError && error.status === 422;
        if (exists && ALREADY_EXISTS.test(error.message)) return { kind: "already_exists" };
        throw error;
      }
    },

    findPulls: async ({ headOwner, branch }) => {
      const pulls = await readPages(PULL_PAGES_MAX, async (page) => {
        const query = { state: "all", head: `${headOwner}:${branch}`, per_page: 100, page } as const;
        const { data, headers } = await client.request(LIST_ROUTE, { owner, repo, ...query });
        return { items: readAnswer(z.array(pullSchema), data, LIST_ROUTE), link: headers.link };
      });
      // GitHub ignores a filter it can't read, and then lists everything.
      return pulls.filter((pull) => pull.head_ref === branch);
    },

    getPull: async (pull_number, { justWritten = false } = {}) => {
      const request = { justWritten };
      const { data } = await client.request(GET_ROUTE, { owner, repo, pull_number, request });
      return readAnswer(pullSchema, data, GET_ROUTE);
    },

    getPullAndBody: async (pull_number) => {
      const { data } = await client.request(GET_ROUTE, { owner, repo, pull_number });
      const { body } = readAnswer(bodySchema, data, GET_ROUTE);
      return { pull: readAnswer(pullSchema, data, GET_ROUTE), body: body ?? "" };
    },

    updatePullBody: async (pull_number, body) => {
      const request = { repeatable: true };
      await client.request(UPDATE_ROUTE, { owner, repo, pull_number, body, request });
    },

    closePull: async (pull_number) => {
      const request = { repeatable: true };
      const state = "closed" as const;
      const { data } = await client.request(UPDATE_ROUTE, { owner, repo, pull_number, state, request });
      return readAnswer(pullSchema, data, UPDATE_ROUTE);
    },
  };
};
