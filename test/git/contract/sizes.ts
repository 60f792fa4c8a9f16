import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { OpenTransport } from "../../../src/git/transport.ts";
import { BRANCH, PARAMS_PATH, proposalCommits, useBench } from "./bench.ts";

const ENTRIES = 20_000;
const REFS = 10_000;
const FILE_BYTES = 5 * 1024 * 1024;

/** What is large in one way, and has to work all the same. */
export function describeSizes(open: OpenTransport): void {
  const bench = useBench(open);

  describe("a repository", () => {
    it("of 20,000 entries in one folder gets its branch, and keeps every entry", async () => {
      const repository = await bench.configRepository();
      const blob = await repository.git("rev-parse", `main:${PARAMS_PATH}`);
      const entry = (name: string) => `100644 blob ${blob}\t${name}`;
      const names = Array.from({ length: ENTRIES - 1 }, (_, index) => `t${index}.params.json`);
      const folder = [entry("product-search.params.json"), ...names.map(entry)].join("\n");
      const products = await repository.pipe(["mktree"], `${folder}\n`);
      const clusters = await repository.pipe(["mktree"], `040000 tree ${products}\tproducts\n`);
      const root = await repository.pipe(["mktree"], `040000 tree ${clusters}\tclusters\n`);
      const tip = await repository.git("commit-tree", "-m", "wide", root);
      await repository.git("update-ref", "refs/heads/main", tip);
      const transport = bench.open(repository);

      expect(await transport.readFile(tip, PARAMS_PATH)).toMatchObject({ kind: "file" });
      const built = await transport.build(tip, proposalCommits());
      expect(await transport.createBranch(BRANCH, built)).toEqual({ kind: "created" });

      expect(await repository.git("diff", "--name-status", "--no-renames", "main", BRANCH)).toBe(
        `A\t.relyloop/digest-charts/s1.png\nM\t${PARAMS_PATH}`,
      );
    });

    it("of 10,000 branches tells the tips of two", async () => {
      const repository = await bench.configRepository();
      const tip = await repository.git("rev-parse", "main");
      const refs = Array.from({ length: REFS }, (_, index) => `${tip} refs/heads/main-${index}\n`);
      await writeFile(join(repository.dir, "packed-refs"), refs.join(""));

      expect(await bench.open(repository).tips("main", "main-4711")).toEqual({ base: tip, branch: tip });
    });

    it("with a params file of 5 MB gives and takes all of it", async () => {
      const bytes = Buffer.alloc(FILE_BYTES, '{ "boost": 1.5, "name": "ä" }\n');
      const repository = await bench.server.createRepository({ files: { [PARAMS_PATH]: bytes } });
      const tip = await repository.git("rev-parse", "main");
      const transport = bench.open(repository);

      const file = await transport.readFile(tip, PARAMS_PATH);
      expect(file.kind === "file" && Buffer.from(file.bytes).equals(bytes)).toBe(true);

      const [commit] = proposalCommits();
      const changed = Buffer.concat([bytes, Buffer.from("\n")]);
      if (commit !== undefined) commit.files = [{ path: PARAMS_PATH, bytes: changed }];
      const built = await transport.build(tip, commit === undefined ? [] : [commit]);
      expect(await transport.createBranch(BRANCH, built)).toEqual({ kind: "created" });
      expect(await repository.git("cat-file", "-s", `${BRANCH}:${PARAMS_PATH}`)).toBe(String(changed.length));
    });

    it("without the base branch says so, and with none at all", async () => {
      const repository = await bench.configRepository();

      expect(await bench.open(repository).tips("release", BRANCH)).toEqual({ base: null, branch: null });
    });
  });
}
