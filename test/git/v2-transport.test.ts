import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { HTTP_LIMITS } from "../../src/git/http-limits.ts";
import { createObjectCache } from "../../src/git/object-cache.ts";
import type { GitTransport } from "../../src/git/transport.ts";
import { openV2Transport } from "../../src/git/v2-transport.ts";
import type { GitRepository } from "../support/git-repository.ts";
import {
  AUTHORIZATION,
  BRANCH,
  failureOf,
  PARAMS_PATH,
  proposalCommits,
  useBench,
} from "./contract/bench.ts";
import { describeTransport } from "./transport-contract.ts";

const run = promisify(execFile);
const CHART_PATH = ".relyloop/digest-charts/s1.png";

describeTransport("protocol v2", openV2Transport);

describe("what protocol v2 asks of the remote", () => {
  const cache = createObjectCache();
  const bench = useBench((options) => openV2Transport(options, cache));

  /** Does all a job does, and gives the requests that took. */
  async function requestsOf(transport: GitTransport, branch: string): Promise<string[]> {
    const before = bench.server.exchanges.length;
    const { base } = await transport.tips("main", branch);
    if (base === null) throw new Error("the repository of the test has no main");
    expect(await transport.readFile(base, PARAMS_PATH, [CHART_PATH])).toMatchObject({ kind: "file" });
    const built = await transport.build(base, proposalCommits());
    expect(await transport.createBranch(branch, built)).toEqual({ kind: "created" });
    const sent = bench.server.exchanges.slice(before);
    return sent.map(({ method, url }) => `${method} ${url.split(".git/")[1]}`).toSorted();
  }

  const FETCH = "POST git-upload-pack";
  const LOOK = "POST git-upload-pack";
  const PUSH = "POST git-receive-pack";
  const DISCOVERY = "GET info/refs?service=git-upload-pack";

  it("is eight requests the first time: one for each level of the path, whatever the chart's folder holds", async () => {
    const repository = await bench.configRepository();
    await repository.commit("main", { ".relyloop/digest-charts/s0.png": "an earlier chart" });

    expect(await requestsOf(bench.open(repository), BRANCH)).toEqual([
      DISCOVERY,
      PUSH,
      ...[LOOK, FETCH, FETCH, FETCH, FETCH, FETCH],
    ]);
  });

  it("is two for a repository seen before, and three when its base has moved", async () => {
    const repository = await bench.configRepository();
    await requestsOf(bench.open(repository), "first");

    expect(await requestsOf(bench.open(repository), "second")).toEqual([PUSH, LOOK]);
    await repository.commit("main", { "clusters/products/other.params.json": "changed", "new.txt": "new" });
    expect(await requestsOf(bench.open(repository), "third")).toEqual([PUSH, LOOK, FETCH]);
    await repository.git("fsck", "--strict", "--full");
  });

  it("is one more when somebody changed the file itself, which is read anew", async () => {
    const repository = await bench.configRepository();
    await requestsOf(bench.open(repository), "first");
    const tip = await repository.commit("main", { [PARAMS_PATH]: "changed since" });

    expect(await requestsOf(bench.open(repository), "second")).toHaveLength(4);
    const file = await bench.open(repository).readFile(tip, PARAMS_PATH);
    expect(file.kind === "file" && Buffer.from(file.bytes).toString()).toBe("changed since");
  });

  it("does not grow with what a moved base changed beside the path", async () => {
    const repository = await bench.configRepository();
    await requestsOf(bench.open(repository), "first");
    for (let round = 0; round < 3; round++) {
      await repository.commit("main", { [`round-${round}.bin`]: "x".repeat(round + 1) });
    }

    expect(await requestsOf(bench.open(repository), "second")).toEqual([PUSH, LOOK, FETCH]);
  });

  it("brings no more than what differs, of however many folders", async () => {
    const folders = Array.from({ length: 500 }, (_, index) => [
      `other/folder-${index}/file.json`,
      `${index}`,
    ]);
    const files = { [PARAMS_PATH]: "{}", ...Object.fromEntries(folders) };
    const repository = await bench.server.createRepository({ files });
    await requestsOf(bench.open(repository), "first");
    const changed = ["other/folder-7/file.json", "clusters/products/new.json"];
    for (const path of changed) await repository.commit("main", { [path]: "changed" });
    const limits = { ...HTTP_LIMITS, answer_bytes_max: 3_000 };

    expect(await requestsOf(bench.open(repository, { limits }), "second")).toEqual([PUSH, LOOK, FETCH]);
    await repository.git("fsck", "--strict", "--full");
  });

  it("is three also when the base went back to trees that only older commits had", async () => {
    const repository = await bench.configRepository();
    const older = await repository.git("rev-parse", "main^{tree}");
    await repository.commit("main", { "clusters/products/other.params.json": "changed", "new.txt": "new" });
    await requestsOf(bench.open(repository), "first");
    const revert = await repository.git("commit-tree", "-p", "main", "-m", "back", older);
    await repository.git("update-ref", "refs/heads/main", revert);

    expect(await requestsOf(bench.open(repository), "second")).toEqual([PUSH, LOOK, FETCH]);
  });

  it("goes level by level where a server does not tell what differs", async () => {
    const repository = await bench.configRepository();
    await requestsOf(bench.open(repository), "first");
    await repository.git("config", "uploadpackfilter.blob:none.allow", "false");
    await repository.commit("main", { "new.txt": "new" });

    expect((await requestsOf(bench.open(repository), "second")).length).toBeGreaterThan(3);
    await repository.git("fsck", "--strict", "--full");
  });

  it("goes on after the history was rewritten, with a commit the remote no longer has", async () => {
    const repository = await bench.configRepository();
    await requestsOf(bench.open(repository), "first");
    const tree = await repository.git("rev-parse", "main^{tree}");
    const other = await repository.git("commit-tree", "-m", "rewritten", tree);
    await repository.git("update-ref", "refs/heads/main", other);
    await repository.git("branch", "-D", "first");
    await repository.git("reflog", "expire", "--expire=now", "--all");
    await repository.git("gc", "--quiet", "--prune=now");

    await requestsOf(bench.open(repository), "second");
    expect(await repository.git("rev-parse", "second~2")).toBe(other);
    await repository.git("fsck", "--strict", "--full");
  });
});

describe("what is remembered of a repository", () => {
  const cache = createObjectCache();
  const bench = useBench((options) => openV2Transport(options, cache));

  it("is sent all the same: the remote may have lost it since", async () => {
    const repository = await bench.configRepository();
    const first = await repository.git("rev-parse", "main");
    const merged = await repository.commit("main", { [PARAMS_PATH]: '{\n  "boost": 2.5\n}\n' });
    await bench.open(repository).readFile(merged, PARAMS_PATH);
    await repository.git("update-ref", "refs/heads/main", first);
    await repository.git("reflog", "expire", "--expire=now", "--all");
    await repository.git("gc", "--quiet", "--prune=now");
    const transport = bench.open(repository);
    await transport.readFile(first, PARAMS_PATH);

    const built = await transport.build(first, proposalCommits());

    expect(await transport.createBranch(BRANCH, built)).toEqual({ kind: "created" });
  });

  it("is what was pushed, too: after a merge the file need not be read again", async () => {
    const repository = await bench.configRepository();
    const transport = bench.open(repository);
    const { base } = await transport.tips("main", BRANCH);
    await transport.readFile(base ?? "", PARAMS_PATH);
    const built = await transport.build(base ?? "", proposalCommits());
    await transport.createBranch(BRANCH, built);
    const tree = await repository.git("rev-parse", `${BRANCH}^{tree}`);
    const merge = await repository.git("commit-tree", "-p", "main", "-p", BRANCH, "-m", "merge", tree);
    await repository.git("update-ref", "refs/heads/main", merge);
    const before = bench.server.exchanges.length;

    expect(await bench.open(repository).readFile(merge, PARAMS_PATH)).toMatchObject({ kind: "file" });
    expect(bench.server.exchanges).toHaveLength(before + 1);
  });

  it("costs no more than one try where the host fails to tell what differs", async () => {
    const repository = await bench.configRepository();
    await bench.open(repository).readFile(await repository.git("rev-parse", "main"), PARAMS_PATH);
    const tip = await repository.commit("main", { "a/b.txt": "1" });
    let failed = 0;
    bench.server.intercept((req, res, pass) => {
      // Of the requests only the one for the difference is that long.
      if (Number(req.headers["content-length"] ?? 0) < 230) return pass();
      failed++;
      res.writeHead(502).end();
    });

    expect((await bench.open(repository).readFile(tip, PARAMS_PATH)).kind).toBe("file");
    expect(failed).toBe(1);
  });
});

describe("protocol v2", () => {
  const bench = useBench(openV2Transport);

  async function pushed(repository: GitRepository & { url: string }): Promise<void> {
    const transport = bench.open(repository);
    const { base } = await transport.tips("main", BRANCH);
    const built = await transport.build(base ?? "", proposalCommits());
    expect(await transport.createBranch(BRANCH, built)).toEqual({ kind: "created" });
  }

  it("keeps entries byte for byte that isomorphic-git can't read: old modes, backslashes, names in other encodings", async () => {
    const repository = await bench.configRepository();
    const blob = await repository.git("rev-parse", "main:README.md");
    const entries = await repository.git("ls-tree", "main");
    const odd = `${entries}\n100664 blob ${blob}\tgroup.txt\n100644 blob ${blob}\t"back\\\\slash"\n100644 blob ${blob}\t"caf\\351"\n`;
    const tree = await repository.pipe(["mktree"], odd);
    const commit = await repository.git("commit-tree", "-p", "main", "-m", "odd", tree);
    await repository.git("update-ref", "refs/heads/main", commit);

    await pushed(repository);

    const listed = await repository.git("ls-tree", BRANCH);
    const neighbours = listed.split("\n").filter((line) => !/\t(clusters|\.relyloop)$/.test(line));
    expect(neighbours).toEqual(
      (await repository.git("ls-tree", "main")).split("\n").filter((line) => !line.endsWith("\tclusters")),
    );
    expect(neighbours.join("\n")).toContain("group.txt");
  });

  it("never deletes a branch for a commit the remote has never had: receive-pack would not compare", async () => {
    const repository = await bench.configRepository();
    const theirs = await repository.commit(BRANCH, { "theirs.txt": "theirs" });

    expect(await bench.open(repository).deleteBranch(BRANCH, "1".repeat(40))).toEqual({
      kind: "moved",
      tip: theirs,
    });
    expect(await repository.git("rev-parse", BRANCH)).toBe(theirs);
  });

  it.each([
    ["longer than git allows", `fff5${"x".repeat(0xfff1)}0000`],
    ["longer than the answer", "00ff short 0000"],
    ["not hexadecimal", "zzzz 0000"],
  ])("does not believe a packet whose length is %s", async (_, text) => {
    const repository = await bench.configRepository();
    const transport = bench.open(repository);
    await transport.tips("main", BRANCH);
    bench.server.intercept((_req, res) => {
      res.writeHead(200, { "content-type": "application/x-git-upload-pack-result" }).end(text);
    });

    expect((await failureOf(transport.tips("main", BRANCH))).kind).toBe("protocol");
  });

  it("passes on what a remote says that gives up in the middle, without an end to its answer", async () => {
    const repository = await bench.configRepository();
    const main = await repository.git("rev-parse", "main");
    const line = (text: string) => (text.length + 4).toString(16).padStart(4, "0") + text;
    bench.server.intercept((req, res, pass) => {
      if (!req.url?.endsWith("/git-upload-pack")) return pass();
      const answer = line("packfile\n") + line("\x03aborting due to possible repository corruption");
      res.writeHead(200, { "content-type": "application/x-git-upload-pack-result" }).end(answer);
    });

    const { kind, message } = await failureOf(bench.open(repository).readFile(main, PARAMS_PATH));

    expect({ kind, message }).toEqual({ kind: "protocol", message: expect.stringContaining("corruption") });
  });

  it("leaves no request behind when it is closed", async () => {
    const repository = await bench.configRepository();
    const transport = bench.open(repository);
    const hung = Promise.withResolvers<void>();
    bench.server.intercept((req, res) => {
      if (req.method === "GET") return void res.writeHead(503).end();
      res.on("close", () => hung.resolve());
    });

    expect((await failureOf(transport.tips("main", BRANCH))).kind).toBe("server");
    await transport.close();

    await hung.promise;
  });

  it("says what is wrong when the remote leaves out what it was asked for", async () => {
    const repository = await bench.configRepository();
    const tip = await repository.git("rev-parse", "main");

    const error = await failureOf(bench.open(repository).readFile("2".repeat(40), PARAMS_PATH));

    expect(["protocol", "unreachable", "server"]).toContain(error.kind);
    expect((await bench.open(repository).readFile(tip, PARAMS_PATH)).kind).toBe("file");
  });

  it("does its whole work in a process that may not write to any disk", async () => {
    const repository = await bench.configRepository();
    const script = fileURLToPath(new URL("./open-branch.script.ts", import.meta.url));

    const { stdout } = await run(process.execPath, ["--permission", "--allow-fs-read=*", script, "v2"], {
      env: { REPOSITORY_URL: repository.url, AUTHORIZATION },
      timeout: 20_000,
    });

    expect(stdout).toBe("created");
    expect(await repository.git("rev-list", "--count", `main..${BRANCH}`)).toBe("2");
  });
});
