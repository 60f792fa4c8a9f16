import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { median } from "../support/figures.ts";
import { answerOf, startHelper, stop } from "../support/processes.ts";
import type { ClientAnswer } from "./client-process.ts";
import type { Way } from "./job.ts";
import { BASE_BRANCH, moveBase } from "./make-repository.ts";
import { runGit } from "./run-git.ts";
import type { BenchServer } from "./start-server.ts";

/** Medians of several runs; NaN where there was none. */
export interface Cost {
  elapsed_ms: number;
  requests: number;
  bytes: number;
}

export interface Measured {
  /** The first job of a process. */
  cold: Cost;
  /** Later ones, each after somebody else's commit. */
  moved: Cost;
  /** Later ones, with the base where it was. */
  unmoved: Cost;
  /** Of the client's own process, at most, over all its jobs. */
  peak_mb: number;
}

export interface Runs {
  /** Processes, each with one cold job. */
  cold: number;
  /** Jobs of the last process after that: so many with the base moved, and so many without. */
  warm: number;
}

export interface BenchRepository {
  files: number;
  /** The bare repository; its address is `name` below the server's. */
  folder: string;
  name: string;
}

/** Everything of one way on one repository, one job after the other. */
export const measureWay = async (
  server: BenchServer,
  repository: BenchRepository,
  way: Way,
  runs: Runs,
): Promise<Measured> => {
  const cold: Cost[] = [];
  const moved: Cost[] = [];
  const unmoved: Cost[] = [];
  const peaks_mb: number[] = [];
  for (let process = 1; process <= runs.cold; process++) {
    await using client = await startClient(server, repository, way);
    cold.push(await client.run());
    for (let warm = 0; process === runs.cold && warm < runs.warm; warm++) unmoved.push(await client.run());
    for (let warm = 0; process === runs.cold && warm < runs.warm; warm++) {
      await moveBase(repository.folder);
      moved.push(await client.run());
    }
    peaks_mb.push(client.peak_mb());
  }
  return {
    cold: middle(cold),
    moved: middle(moved),
    unmoved: middle(unmoved),
    peak_mb: median(peaks_mb),
  };
};

const startClient = async (server: BenchServer, { folder, name }: BenchRepository, way: Way) => {
  const own = await mkdtemp(join(tmpdir(), "relyloop-bench-client-"));
  const child = startHelper(new URL("./client-process.ts", import.meta.url), {
    args: [way, `${server.origin}/${name}`, own],
  });
  await answerOf(child);
  let jobs = 0;
  let peak_kb = Number.NaN;
  return {
    run: async (): Promise<Cost> => {
      const branch = `relyloop/study-${process.pid}-${child.pid}-${++jobs}`;
      await server.takeTraffic();
      const answer = await answerOf<ClientAnswer>(child, { branch });
      const { requests, bytes } = await server.takeTraffic();
      peak_kb = answer.peak_kb;
      await forgetBranch(folder, branch);
      return { elapsed_ms: answer.elapsed_ms, requests, bytes };
    },
    peak_mb: () => peak_kb / 1024,
    [Symbol.asyncDispose]: async () => {
      await stop(child);
      await rm(own, { recursive: true, force: true });
    },
  };
};

/** It was pushed as wanted; left there, it would make every later answer about branches longer. */
const forgetBranch = async (folder: string, branch: string): Promise<void> => {
  const commits = await runGit(folder, ["rev-list", "--count", `${BASE_BRANCH}..refs/heads/${branch}`]);
  if (commits !== "2") throw new Error(`${branch} has ${commits} commits, not 2`);
  await runGit(folder, ["update-ref", "-d", `refs/heads/${branch}`]);
};

const middle = (costs: readonly Cost[]): Cost => ({
  elapsed_ms: median(costs.map((cost) => cost.elapsed_ms)),
  requests: median(costs.map((cost) => cost.requests)),
  bytes: median(costs.map((cost) => cost.bytes)),
});
