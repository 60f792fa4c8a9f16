import { setTimeout as delay } from "node:timers/promises";
import { type BenchApi, createBenchApi } from "../support/bench-api.ts";
import { type Ground, openGround } from "../support/bench-service.ts";
import { addConfigRepos, addProposal, type BenchRepo } from "../support/config-repos.ts";
import { now_ms, untilOpened } from "../support/until-opened.ts";
import { createFourRequests } from "./four-requests.ts";

export interface WholeJobs {
  /** From the press until the pull request is recorded, the repository's first one in this process. */
  cold_ms: number[];
  /** The second one of each repository. */
  warm_ms: number[];
  /** The four requests a pull request can't do without, sent by hand between the warm ones. */
  four_ms: number[];
}

/** What is written to one installation is paced: five at once, then one each second, and a pull request takes three. */
const PACING_OVER_MS = 6_000;
/** What a job causes, such as its check, is over by then. */
const REST_MS = 300;

/** Pull requests one after the other, each in one of so many repositories, in a web process and a worker. */
export const measureWholeJobs = async (repositories: number, latency_ms: number): Promise<WholeJobs> => {
  await using closing = new AsyncDisposableStack();
  const ground = await openGround(closing);
  const [web] = await Promise.all([ground.start("web", closing), ground.start("worker", closing)]);
  const api = createBenchApi(web, ground.token);
  const { sandbox, dataDir } = ground;
  const repos = await addConfigRepos(sandbox, api, repositories);
  const [first, ...references] = await addConfigRepos(sandbox, api, repositories + 1);
  const fourRequests = createFourRequests({ sandboxUrl: sandbox.url, dataDir });
  // The first of each kind loads code, which no later one has to.
  if (first !== undefined) {
    await openOne(ground, api, first);
    await fourRequests(first);
  }
  await sandbox.addLatency(latency_ms);

  const measured: WholeJobs = { cold_ms: [], warm_ms: [], four_ms: [] };
  for (const repo of repos) measured.cold_ms.push(await openOne(ground, api, repo));
  await delay(PACING_OVER_MS);
  for (const [at, repo] of repos.entries()) {
    measured.warm_ms.push(await openOne(ground, api, repo));
    measured.four_ms.push(await fourRequests(references[at] as BenchRepo));
  }
  return measured;
};

const openOne = async ({ database }: Ground, api: BenchApi, repo: BenchRepo): Promise<number> => {
  const id = await addProposal(api, repo);
  await delay(REST_MS);
  const pressed_ms = now_ms();
  await api.post(`/proposals/${id}/open_pr`);
  const opened = await untilOpened(database.db, [id]);
  return (opened.get(id) ?? Number.NaN) - pressed_ms;
};
