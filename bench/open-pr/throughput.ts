import { createBenchApi } from "../support/bench-api.ts";
import { openGround } from "../support/bench-service.ts";
import { addConfigRepos, addProposal } from "../support/config-repos.ts";
import { now_ms, untilOpened } from "../support/until-opened.ts";

/**
 * Presses on proposals in so many new repositories at once, for so many worker processes that open one pull request at
 * a time each.
 * @returns pull requests per minute, from the first press until the last one is recorded
 */
export const measureThroughput = async (
  workers: number,
  { repositories, latency_ms }: { repositories: number; latency_ms: number },
): Promise<number> => {
  await using closing = new AsyncDisposableStack();
  const ground = await openGround(closing);
  const web = await ground.start("web", closing);
  const settings = { WORKER_CONCURRENCY: "1" };
  await Promise.all(Array.from({ length: workers }, () => ground.start("worker", closing, settings)));
  const api = createBenchApi(web, ground.token);
  const repos = await addConfigRepos(ground.sandbox, api, repositories);
  const ids: string[] = [];
  for (const repo of repos) ids.push(await addProposal(api, repo));
  await ground.sandbox.addLatency(latency_ms);

  const pressed_ms = now_ms();
  await Promise.all(ids.map((id) => api.post(`/proposals/${id}/open_pr`)));
  const opened = await untilOpened(ground.database.db, ids);
  return (ids.length / (Math.max(...opened.values()) - pressed_ms)) * 60_000;
};
