import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { openIsomorphicTransport } from "../../src/git/isomorphic-transport.ts";
import { AUTHORIZATION, BRANCH, failureOf, lookAndBuild, useBench } from "./contract/bench.ts";
import { describeTransport } from "./transport-contract.ts";

const run = promisify(execFile);

describeTransport("isomorphic-git", openIsomorphicTransport);

describe("isomorphic-git's limits", () => {
  const bench = useBench(openIsomorphicTransport);

  it("refuses a repository with modes it cannot carry, before it has sent anything", async () => {
    const repository = await bench.configRepository();
    const blob = await repository.git("rev-parse", "main:README.md");
    // Old versions of git wrote such modes; today's only does so when the tree is spelled for it.
    const entries = await repository.git("ls-tree", "main");
    const tree = await repository.pipe(["mktree"], `${entries}\n100664 blob ${blob}\tgroup.txt\n`);
    const commit = await repository.git("commit-tree", "-p", "main", "-m", "old mode", tree);
    await repository.git("update-ref", "refs/heads/main", commit);
    const transport = bench.open(repository);
    const built = await lookAndBuild(transport);

    const error = await failureOf(transport.createBranch(BRANCH, built));

    expect(error.kind).toBe("unsupported");
    expect(error.message).toContain("100664");
    expect(await repository.git("branch", "--list", BRANCH)).toBe("");
  });

  it("refuses when a branch of the remote could be taken for ours", async () => {
    const repository = await bench.configRepository();
    await repository.git("update-ref", `refs/heads/refs/heads/${BRANCH}`, "main");
    const transport = bench.open(repository);

    const error = await failureOf(transport.createBranch(BRANCH, await lookAndBuild(transport)));

    expect(error.kind).toBe("unsupported");
  });

  it("refuses credentials in the address without repeating them", () => {
    const open = () => bench.open({ url: "https://x-access-token:hush@github.com/acme/config.git" });

    expect(open).toThrow(
      expect.objectContaining({ name: "AssertionError", message: expect.not.stringContaining("hush") }),
    );
  });

  it("needs two requests to look, two to fetch and two to push", async () => {
    const repository = await bench.configRepository();
    const transport = bench.open(repository);
    const before = bench.server.exchanges.length;

    await transport.createBranch(BRANCH, await lookAndBuild(transport));

    const sent = bench.server.exchanges
      .slice(before)
      .map(({ method, url }) => `${method} ${url.split(".git/")[1]}`);
    expect(sent).toEqual([
      "GET info/refs?service=git-upload-pack",
      "POST git-upload-pack",
      "GET info/refs?service=git-upload-pack",
      "POST git-upload-pack",
      "GET info/refs?service=git-receive-pack",
      "POST git-receive-pack",
    ]);
  });

  it("does its whole work in a process that may not write to any disk", async () => {
    const repository = await bench.configRepository();
    const script = fileURLToPath(new URL("./open-branch.script.ts", import.meta.url));

    const { stdout } = await run(process.execPath, ["--permission", "--allow-fs-read=*", script], {
      env: { REPOSITORY_URL: repository.url, AUTHORIZATION },
      timeout: 20_000,
    });

    expect(stdout).toBe("created");
    expect(await repository.git("rev-list", "--count", `main..${BRANCH}`)).toBe("2");
  });
});
