import { createGitCli } from "./git-cli.ts";
import { makeJob, type RunJob, type Way } from "./job.ts";
import { createOverTransport } from "./over-transport.ts";

/**
 * One client in a process of its own, so that its memory is its own and its first job finds nothing kept. Started with
 * the way, the repository's address and a folder for what a clone needs; each message names the branch of a job.
 */

export interface ClientAnswer {
  elapsed_ms: number;
  /** The most this process held in memory at any time so far; of git's own processes nothing is counted. */
  peak_kb: number;
}

const AUTHORIZATION = `Basic ${Buffer.from("x-access-token:bench").toString("base64")}`;
const [way, url = "", folder = ""] = process.argv.slice(2);

/** Loads what this way needs and nothing else. */
const openWay = async (): Promise<RunJob> => {
  const common = { url, authorization: async () => AUTHORIZATION };
  switch (way as Way) {
    case "protocol v2": {
      const { openV2Transport } = await import("../../src/git/v2-transport.ts");
      const { createObjectCache } = await import("../../src/git/object-cache.ts");
      const cache = createObjectCache();
      return createOverTransport((signal) => openV2Transport({ ...common, signal }, cache));
    }
    case "isomorphic-git": {
      const { openIsomorphicTransport } = await import("../../src/git/isomorphic-transport.ts");
      return createOverTransport((signal) => openIsomorphicTransport({ ...common, signal }));
    }
    case "git CLI":
      return createGitCli(url, `${folder}/clone`);
    default:
      throw new TypeError(`unknown way ${way}`);
  }
};

const run = await openWay();
process.on("message", async ({ branch }: { branch: string }) => {
  const job = makeJob(branch);
  const started_ms = performance.now();
  await run(job);
  const elapsed_ms = performance.now() - started_ms;
  process.send?.({ elapsed_ms, peak_kb: process.resourceUsage().maxRSS } satisfies ClientAnswer);
});
process.send?.({});
