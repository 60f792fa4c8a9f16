import type { GitTransport } from "../../src/git/transport.ts";
import type { RunJob } from "./job.ts";

/** @param open a transport for one job, as the open_pr job opens it */
export const createOverTransport =
  (open: (signal: AbortSignal) => GitTransport): RunJob =>
  async ({ base, branch, identity, date_s, params, chart }) => {
    const git = open(new AbortController().signal);
    try {
      const tips = await git.tips(base, branch);
      if (tips.base === null || tips.branch !== null)
        throw new Error("the repository is not as it should be");
      const file = await git.readFile(tips.base, params.path, [chart.path]);
      if (file.kind !== "file") throw new Error(`${params.path} is ${file.kind}`);
      const built = await git.build(tips.base, [
        {
          message: "relevance: tune x params\n",
          files: [{ path: params.path, bytes: params.change(file.bytes) }],
          identity,
          date_s,
        },
        { message: "relevance: add the chart\n", files: [chart], identity, date_s },
      ]);
      const outcome = await git.createBranch(branch, built);
      if (outcome.kind !== "created") throw new Error(`the push ended ${JSON.stringify(outcome)}`);
    } finally {
      await git.close();
    }
  };
