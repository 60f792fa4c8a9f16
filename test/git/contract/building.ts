import { describe, expect, it } from "vitest";
import type { NewCommit, OpenTransport } from "../../../src/git/transport.ts";
import type { GitRepository } from "../../support/git-repository.ts";
import { BOT, BRANCH, failureOf, lookAndBuild, PARAMS_PATH, proposalCommits, useBench } from "./bench.ts";

const oneFile = (path: string): NewCommit[] => [
  {
    message: "change one file\n",
    files: [{ path, bytes: Buffer.from("new") }],
    identity: BOT,
    date_s: 1_700_000_000,
  },
];

export function describeBuilding(open: OpenTransport): void {
  const bench = useBench(open);

  /** Builds on main, pushes, and gives what plain git says has changed: `<mode> <status> <path>` a line. */
  async function changes(
    repository: GitRepository & { url: string },
    commits: NewCommit[],
  ): Promise<string[]> {
    const transport = bench.open(repository);
    const base = await repository.git("rev-parse", "main");
    const built = await transport.build(base, commits);
    expect(await transport.createBranch(BRANCH, built)).toEqual({ kind: "created" });
    await repository.git("fsck", "--strict", "--full");
    const raw = await repository.git("diff-tree", "-r", "--no-renames", base, BRANCH);
    return raw
      .split("\n")
      .map((line) =>
        line.replace(/^:(\d+) (\d+) \w+ \w+ (\w)\t/, (_, from, to, status) => `${from} ${to} ${status} `),
      );
  }

  describe("build", () => {
    it("makes two commits by the bot that plain git finds in order and sound", async () => {
      const repository = await bench.configRepository();
      const transport = bench.open(repository);
      const built = await lookAndBuild(transport);

      expect(await transport.createBranch(BRANCH, built)).toEqual({ kind: "created" });

      await repository.git("fsck", "--strict", "--full");
      const log = await repository.git(
        "log",
        "--reverse",
        "--format=%H|%P|%an <%ae>|%cn <%ce>|%ad|%cd|%s",
        `main..${BRANCH}`,
      );
      const who = `${BOT.name} <${BOT.email}>`;
      const when = "Tue Nov 14 22:15:23 2023 +0000";
      expect(log.split("\n")).toEqual([
        `${built.commits[0]}|${built.base}|${who}|${who}|${when}|${when}|relevance: tune product-search params`,
        `${built.head}|${built.commits[0]}|${who}|${who}|${when}|${when}|relevance: chart`,
      ]);
      const body = await repository.git("log", "-1", "--format=%b", built.commits[0]);
      expect(body.trim()).toBe("Metric 0.612 → 0.762 (+24.5%)");
      expect(await repository.git("diff", "--numstat", "main", BRANCH)).toBe(
        `-\t-\t.relyloop/digest-charts/s1.png\n1\t1\t${PARAMS_PATH}`,
      );
    });

    it("makes the same ids out of the same input", async () => {
      const repository = await bench.configRepository();

      const first = await lookAndBuild(bench.open(repository));
      const again = await lookAndBuild(bench.open(repository));

      expect(again).toEqual(first);
      expect(first.commits).toHaveLength(2);
    });

    it("writes nothing to the remote", async () => {
      const repository = await bench.configRepository();
      const refs = await repository.git("for-each-ref");

      const built = await lookAndBuild(bench.open(repository));

      expect(await repository.git("for-each-ref")).toBe(refs);
      await expect(repository.git("cat-file", "-e", built.head)).rejects.toThrow();
    });

    it("makes the folders of a deep path", async () => {
      const repository = await bench.configRepository();

      expect(await changes(repository, oneFile("clusters/a/b/c/d/e.json"))).toEqual([
        "000000 100644 A clusters/a/b/c/d/e.json",
      ]);
    });

    it("keeps the mode of an executable file", async () => {
      const files = { "bin/run.sh": { mode: "100755", content: "old" } } as const;
      const repository = await bench.server.createRepository({ files });

      expect(await changes(repository, oneFile("bin/run.sh"))).toEqual(["100755 100755 M bin/run.sh"]);
    });

    it("leaves its neighbours as they are: names that are not UTF-8, links, and folders that sort oddly", async () => {
      const repository = await bench.server.createRepository({
        files: {
          '"caf\\351.txt"': "latin-1",
          "naïve.txt": "utf-8",
          "a/x": "the folder a sorts after a.b",
          "a.b": "file",
          a0: "file",
          link: { mode: "120000", content: "a.b" },
          module: { mode: "160000", content: "1".repeat(40) },
        },
      });

      expect(await changes(repository, oneFile("a-new.txt"))).toEqual(["000000 100644 A a-new.txt"]);
    });

    it("puts a new folder where git's order wants it", async () => {
      const repository = await bench.server.createRepository({ files: { "a.b": "1", a0: "2" } });

      expect(await changes(repository, oneFile("a/x"))).toEqual(["000000 100644 A a/x"]);
    });

    it("builds the second commit on the first, also in the same file", async () => {
      const repository = await bench.configRepository();
      const commits = [...proposalCommits(), ...oneFile(PARAMS_PATH)];

      expect(await changes(repository, commits)).toEqual([
        "000000 100644 A .relyloop/digest-charts/s1.png",
        `100644 100644 M ${PARAMS_PATH}`,
      ]);
      expect(await repository.git("show", `${BRANCH}:${PARAMS_PATH}`)).toBe("new");
    });

    it.each([
      ["through a symbolic link", "link/x.json"],
      ["through a file", "file/x.json"],
      ["through a submodule", "module/x.json"],
      ["onto a symbolic link", "link"],
      ["onto a folder", "dir"],
    ])("refuses to write %s", async (_, path) => {
      const repository = await bench.server.createRepository({
        files: {
          "dir/a": "a",
          file: "f",
          link: { mode: "120000", content: "dir" },
          module: { mode: "160000", content: "1".repeat(40) },
        },
      });
      const base = await repository.git("rev-parse", "main");

      const error = await failureOf(bench.open(repository).build(base, oneFile(path)));

      expect(error.kind).toBe("unsupported");
    });
  });
}
