import { z } from "zod";
import type { Clock } from "../clock.ts";
import type { RepositoryClient } from "./client.ts";
import { UncertainWriteError } from "./github-errors.ts";
import { readAnswer } from "./read-answer.ts";
import { readPages } from "./read-pages.ts";

/** Check runs of one name on one commit; each app has its latest one there. */
const PAGES_MAX = 5;
/** How often a check run is sent at most; in between it is looked for. */
const SENDS_MAX = 3;
/** Before a look that follows a write, so that GitHub's list has caught up with it. */
const LOOK_WAIT_MS = 1_000;

const LIST_ROUTE = "GET /repos/{owner}/{repo}/commits/{ref}/check-runs";
const CREATE_ROUTE = "POST /repos/{owner}/{repo}/check-runs";
const UPDATE_ROUTE = "PATCH /repos/{owner}/{repo}/check-runs/{check_run_id}";

const checkRunSchema = z.object({
  id: z.number(),
  external_id: z.string().nullish(),
  app: z.object({ id: z.number() }).nullish(),
});
const listSchema = z.object({ check_runs: z.array(checkRunSchema) });

/** A completed check run. */
export interface OwnCheck {
  name: string;
  headSha: string;
  /** By this and our app a later run finds it again. */
  externalId: string;
  /** null: GitHub's own page. */
  detailsUrl: string | null;
  conclusion: "success" | "neutral" | "failure";
  /** Markdown, at most 65,535 characters each; the title is plain. */
  output: { title: string; summary: string; text: string };
  startedAt: Date;
  completedAt: Date;
}

export interface CheckRuns {
  /**
   * Sees to it that the commit has this check run. GitHub can't delete one: the newest of ours is the one that counts, and
   * it is the one that is brought up to date.
   * @throws UncertainWriteError when every try was uncertain and none can be seen
   */
  ensureCheck(check: OwnCheck): Promise<{ kind: "made" | "updated"; id: number }>;
}

/**
 * Our app's check runs on commits of one repository. Every method throws what {@link RepositoryClient.request} does.
 * https://docs.github.com/rest/checks/runs
 */
export const createCheckRuns = ({
  client,
  clock,
  appId,
}: {
  client: RepositoryClient;
  clock: Clock;
  appId: number;
}): CheckRuns => {
  const { owner, repo, signal } = client;

  /** @returns the id of our newest one, or null */
  const find = async ({ name, headSha, externalId }: OwnCheck): Promise<number | null> => {
    const runs = await readPages(PAGES_MAX, async (page) => {
      const query = { ref: headSha, check_name: name, filter: "latest", per_page: 100, page } as const;
      const { data, headers } = await client.request(LIST_ROUTE, { owner, repo, ...query });
      return { items: readAnswer(listSchema, data, LIST_ROUTE).check_runs, link: headers.link };
    });
    const own = runs.filter(({ app, external_id }) => app?.id === appId && external_id === externalId);
    return own.length === 0 ? null : Math.max(...own.map(({ id }) => id));
  };

  const fieldsOf = (check: OwnCheck) => ({
    owner,
    repo,
    name: check.name,
    external_id: check.externalId,
    ...(check.detailsUrl === null ? {} : { details_url: check.detailsUrl }),
    status: "completed" as const,
    conclusion: check.conclusion,
    started_at: check.startedAt.toISOString(),
    completed_at: check.completedAt.toISOString(),
    output: check.output,
  });

  const update = async (check_run_id: number, check: OwnCheck): Promise<void> => {
    const request = { repeatable: true };
    await client.request(UPDATE_ROUTE, { ...fieldsOf(check), check_run_id, request });
  };

  const create = async (check: OwnCheck): Promise<number> => {
    const { data } = await client.request(CREATE_ROUTE, { ...fieldsOf(check), head_sha: check.headSha });
    const made = checkRunSchema.safeParse(data);
    if (!made.success) throw new UncertainWriteError(made.error);
    return made.data.id;
  };

  return {
    ensureCheck: async (check) => {
      let uncertain: UncertainWriteError | null = null;
      for (let sends = 0; ; sends++) {
        if (uncertain !== null) await clock.sleep(LOOK_WAIT_MS, signal);
        const found = await find(check);
        if (found !== null) {
          await update(found, check);
          return { kind: "updated", id: found };
        }
        if (uncertain !== null && sends >= SENDS_MAX) throw uncertain;
        try {
          return { kind: "made", id: await create(check) };
        } catch (error) {
          if (!(error instanceof UncertainWriteError)) throw error;
          uncertain = error;
        }
      }
    },
  };
};
