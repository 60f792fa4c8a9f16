import type { Clock } from "../clock.ts";
import type { AppAuthentication } from "./app-auth.ts";
import type { GithubClient, RepositoryClient } from "./client.ts";
import { type ListedRepository, repositoryPageSchema } from "./installation.ts";
import { readAnswer } from "./read-answer.ts";
import { readPages } from "./read-pages.ts";
import { createTokenSource } from "./token-source.ts";

const ROUTE = "GET /installation/repositories";
const REPOSITORIES_PER_PAGE = 100;
/** Of one installation: 20,000 repositories. */
const PAGES_MAX = 200;
/** Before the list is read again, because repositories came or went while it was read. */
const SETTLE_WAITS_MS = [1_000, 3_000];

export interface RepositoryList {
  /** Each once, whoever owns it. */
  repositories: ListedRepository[];
  /**
   * - `whole` there are no others
   * - `moving` the list changed each time while it was read, so that some may be missing
   * - `too_long` there are more than are read
   */
  extent: "whole" | "moving" | "too_long";
}

export interface RepositoryListQuery {
  installationId: number;
  signal: AbortSignal;
}

/**
 * The repositories an installation covers, with a token that can read which there are and nothing in them.
 *
 * GitHub cuts its pages by position: one that goes meanwhile moves the others up, and the next page begins too late.
 * So the number GitHub gives with each page has to be the same, and the number of those read.
 *
 * @throws AppError GITHUB_NOT_CONFIGURED, GithubApiError, RescheduleError, the signal's reason
 */
export const listInstallationRepositories = async (
  deps: { appAuth: Pick<AppAuthentication, "installationToken">; github: GithubClient; clock: Clock },
  { installationId, signal }: RepositoryListQuery,
): Promise<RepositoryList> => {
  const tokens = createTokenSource(deps.appAuth, {
    installationId,
    repositoryId: "all",
    needed: { metadata: "read" },
    signal,
  });
  // It is about no single repository, and writes nothing.
  const noName = { owner: "", repo: "" };
  const beforeWrite = async () => {};
  const client = deps.github.forRepository({ ...noName, installationId, tokens, signal, beforeWrite });
  for (const wait_ms of SETTLE_WAITS_MS) {
    const list = await readOnce(client);
    if (list.extent !== "moving") return list;
    await deps.clock.sleep(wait_ms, signal);
  }
  return readOnce(client);
};

const readOnce = async (client: RepositoryClient): Promise<RepositoryList> => {
  const totals = new Set<number>();
  const listed = await readPages(PAGES_MAX, async (page) => {
    const { data, headers } = await client.request(ROUTE, { per_page: REPOSITORIES_PER_PAGE, page });
    const { total_count, repositories } = readAnswer(repositoryPageSchema, data, ROUTE);
    totals.add(total_count);
    return { items: repositories, link: headers.link };
  });
  const byId = new Map(listed.map((repository) => [repository.id, repository]));
  return { repositories: [...byId.values()], extent: extentOf(totals, byId.size) };
};

const extentOf = (totals: ReadonlySet<number>, read: number): RepositoryList["extent"] => {
  if (Math.min(...totals) > PAGES_MAX * REPOSITORIES_PER_PAGE) return "too_long";
  return totals.size === 1 && totals.has(read) ? "whole" : "moving";
};
