import { setTimeout as delay } from "node:timers/promises";
import { GithubApiError } from "../github/github-errors.ts";
import type { ConfigRepoAccess } from "../jobs/config-repo-access.ts";
import { CHECK_NAME } from "../proposals/check-name.ts";
import { proposalMarker } from "../proposals/pr-text/marker.ts";

const POLL_MS = 500;
/** GitHub's API lags behind, and the check and the clean-up are jobs of their own. */
const SHOWN_TIMEOUT_MS = 60_000;

export interface ExpectedPull {
  number: number;
  base: string;
  branch: string;
  proposalId: string;
  /** The params file. */
  path: string;
  param: string;
  signal: AbortSignal;
}

/** What a reviewer sees on GitHub, asked over its API. Each throws Error saying what is not as it should be. */
export interface GithubSide {
  pullIsOpen(expected: ExpectedPull): Promise<void>;
  diffIsMinimal(expected: ExpectedPull): Promise<void>;
  chartIsThere(expected: ExpectedPull): Promise<void>;
  commentIsThere(expected: ExpectedPull): Promise<void>;
  /** @returns its conclusion */
  checkIsThere(expected: ExpectedPull): Promise<string>;
  branchIsGone(expected: Pick<ExpectedPull, "branch" | "signal">): Promise<void>;
  nothingIsLeft(expected: Pick<ExpectedPull, "number" | "branch" | "signal">): Promise<void>;
}

export const createGithubSide = (client: ConfigRepoAccess["client"]): GithubSide => {
  const { owner, repo, request } = client;
  const files = async ({ number }: ExpectedPull) => {
    const route = "GET /repos/{owner}/{repo}/pulls/{pull_number}/files";
    return (await request(route, { owner, repo, pull_number: number })).data;
  };
  const pull = async ({ number }: Pick<ExpectedPull, "number">) => {
    const route = "GET /repos/{owner}/{repo}/pulls/{pull_number}";
    return (await request(route, { owner, repo, pull_number: number })).data;
  };
  const branchExists = async (branch: string): Promise<boolean> => {
    try {
      await request("GET /repos/{owner}/{repo}/branches/{branch}", { owner, repo, branch });
      return true;
    } catch (error) {
      if (error instanceof GithubApiError && error.status === 404) return false;
      throw error;
    }
  };
  const mustBeGone = async (branch: string): Promise<void> =>
    must(!(await branchExists(branch)), `the branch ${branch} is still there`);

  return {
    pullIsOpen: async (expected) => {
      const seen = await pull(expected);
      must(seen.state === "open", `the pull request is ${seen.state}`);
      must(seen.head.ref === expected.branch, `its head is ${seen.head.ref}, not ${expected.branch}`);
      must(seen.base.ref === expected.base, `its base is ${seen.base.ref}, not ${expected.base}`);
      must(seen.user?.type === "Bot", `its author is a ${seen.user?.type ?? "nobody"}, not the app's bot`);
    },
    diffIsMinimal: async (expected) => {
      const changed = (await files(expected)).find(({ filename }) => filename === expected.path);
      must(changed !== undefined, `${expected.path} is not among the changed files`);
      const { additions, deletions, patch = "" } = changed ?? { additions: 0, deletions: 0 };
      const counted = `${additions} lines added and ${deletions} removed`;
      must(additions === 1 && deletions === 1, `${expected.path}: ${counted}, not one each`);
      must(
        patch.includes(JSON.stringify(expected.param)),
        `the changed line is not that of ${expected.param}`,
      );
    },
    chartIsThere: async (expected) => {
      const names = (await files(expected)).map(({ filename }) => filename);
      must(names.length === 2, `${names.length} files are changed, not the params file and the chart`);
      must(
        names.some((name) => /^\.relyloop\/digest-charts\/.+\.png$/.test(name)),
        "there is no chart under .relyloop/digest-charts",
      );
    },
    commentIsThere: async (expected) => {
      const route = "GET /repos/{owner}/{repo}/issues/{issue_number}/comments";
      const { data } = await request(route, { owner, repo, issue_number: expected.number, per_page: 100 });
      const own = data.filter(({ body }) => body?.includes(proposalMarker(expected.proposalId)));
      must(own.length === 1, `${own.length} comments hold the chart, not one`);
    },
    checkIsThere: async (expected) => {
      const { head } = await pull(expected);
      const route = "GET /repos/{owner}/{repo}/commits/{ref}/check-runs";
      const query = { owner, repo, ref: head.sha, check_name: CHECK_NAME };
      return soon(expected.signal, async () => {
        const [run] = (await request(route, query)).data.check_runs;
        must(run?.status === "completed", `there is no finished check ${CHECK_NAME} on ${head.sha}`);
        return run?.conclusion ?? "none";
      });
    },
    branchIsGone: ({ branch, signal }) => soon(signal, () => mustBeGone(branch)),
    nothingIsLeft: (expected) =>
      soon(expected.signal, async () => {
        const seen = await pull(expected);
        must(seen.state === "closed", "the pull request is still open");
        must(seen.merged_at === null, "the pull request was merged");
        await mustBeGone(expected.branch);
      }),
  };
};

const must = (holds: boolean, otherwise: string): void => {
  if (!holds) throw new Error(otherwise);
};

/** Tries until it holds; the last reason is told when the time is over. */
const soon = async <T>(signal: AbortSignal, look: () => Promise<T>): Promise<T> => {
  for (const deadline_ms = performance.now() + SHOWN_TIMEOUT_MS; ; ) {
    try {
      return await look();
    } catch (error) {
      if (signal.aborted || performance.now() > deadline_ms) throw error;
      await delay(POLL_MS, undefined, { signal });
    }
  }
};
