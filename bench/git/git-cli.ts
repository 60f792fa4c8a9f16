import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { RunJob } from "./job.ts";
import { runGit } from "./run-git.ts";

/**
 * What the first implementation does, command by command: a full clone that is kept between jobs; for each, a fetch, a
 * clean work tree on a new branch, a look whether the remote has that branch, two commits and a push.
 */
export const createGitCli =
  (url: string, clone: string): RunJob =>
  async ({ base, branch, identity, date_s, params, chart }) => {
    const upstream = `origin/${base}`;
    if (!existsSync(clone)) await runGit(dirname(clone), ["clone", url, clone]);
    await runGit(clone, ["fetch", "origin", base]);
    await runGit(clone, ["reset", "--hard", upstream]);
    await runGit(clone, ["clean", "-fdx"]);
    await runGit(clone, ["checkout", "-B", branch, upstream]);
    const there = await runGit(clone, ["ls-remote", "--heads", "origin", branch]);
    if (there !== "") throw new Error(`${branch} exists`);

    const commit = async (path: string, bytes: Uint8Array, message: string) => {
      await mkdir(dirname(join(clone, path)), { recursive: true });
      await writeFile(join(clone, path), bytes);
      await runGit(clone, ["add", path]);
      const who = ["-c", `user.name=${identity.name}`, "-c", `user.email=${identity.email}`];
      await runGit(clone, [...who, "commit", "--quiet", `--date=${date_s} +0000`, `--message=${message}`]);
    };
    await commit(
      params.path,
      params.change(await readFile(join(clone, params.path))),
      "relevance: tune x params",
    );
    await commit(chart.path, chart.bytes, "relevance: add the chart");
    await runGit(clone, ["push", "--set-upstream", "origin", branch]);
  };
