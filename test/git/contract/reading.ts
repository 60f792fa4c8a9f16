import { AssertionError } from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import { HTTP_LIMITS } from "../../../src/git/http-limits.ts";
import type { OpenTransport } from "../../../src/git/transport.ts";
import { BRANCH, failureOf, PARAMS_PATH, useBench } from "./bench.ts";

/** More than the rest of a small repository together. */
const HISTORY_BYTES = 100_000;

export function describeReading(open: OpenTransport): void {
  const bench = useBench(open);

  describe("tips", () => {
    it("gives the tips of both branches out of one ls-refs answer", async () => {
      const repository = await bench.configRepository();
      const base = await repository.git("rev-parse", "main");
      const branch = await repository.commit(BRANCH, { "a.txt": "a" });
      const before = bench.server.exchanges.length;

      expect(await bench.open(repository).tips("main", BRANCH)).toEqual({ base, branch });

      const posts = bench.server.exchanges.slice(before).filter(({ method }) => method === "POST");
      expect(posts).toHaveLength(1);
    });

    it("gives null for a branch that is not there, whatever else has its name or a longer one", async () => {
      const repository = await bench.configRepository();
      await repository.git("tag", "release", "main");
      await repository.git("branch", "release-2", "main");
      await repository.git("branch", "old/release", "main");

      expect(await bench.open(repository).tips("release", "main-2")).toEqual({ base: null, branch: null });
    });

    it.each(["\u00a0", "\u3000", "\ufeff", "\u3000x"])(
      "takes no branch for another that looks like it: one that ends in %j",
      async (end) => {
        const repository = await bench.configRepository();
        const main = await repository.git("rev-parse", "main");
        const other = await repository.commit("other", { [PARAMS_PATH]: "theirs" });
        for (const name of ["main", BRANCH])
          await repository.git("update-ref", `refs/heads/${name}${end}`, other);

        expect(await bench.open(repository).tips("main", BRANCH)).toEqual({ base: main, branch: null });
      },
    );

    it("gives null for both in an empty repository", async () => {
      const repository = await bench.server.createRepository();

      expect(await bench.open(repository).tips("main", BRANCH)).toEqual({ base: null, branch: null });
    });

    it("says that a SHA-256 repository is not supported", async () => {
      const repository = await bench.server.createRepository({ files: { a: "a" }, objectFormat: "sha256" });

      const error = await failureOf(bench.open(repository).tips("main", BRANCH));

      expect(error.kind).toBe("unsupported");
      expect(error.message).toContain("SHA-256");
    });
  });

  describe("readFile", () => {
    it.each([
      ["CRLF line ends", Buffer.from('{\r\n  "a": 1\r\n}')],
      ["a byte order mark", Buffer.from("\ufeff{}\n")],
      ["bytes that are not UTF-8", Buffer.from([0, 255, 254, 13, 10, 0x80])],
      ["nothing", Buffer.alloc(0)],
    ])("gives the exact bytes of a file with %s", async (_, bytes) => {
      const repository = await bench.server.createRepository({ files: { "dir/file.json": bytes } });
      const tip = await repository.git("rev-parse", "main");

      const file = await bench.open(repository).readFile(tip, "dir/file.json");

      expect(file).toEqual({ kind: "file", bytes: new Uint8Array(bytes) });
    });

    it("says what else lies at a path, and which entry on the way is not a folder of this repository", async () => {
      const repository = await bench.server.createRepository({
        files: {
          "dir/file.json": "{}",
          "dir/run.sh": { mode: "100755", content: "run" },
          "dir/link.json": { mode: "120000", content: "file.json" },
          shortcut: { mode: "120000", content: "dir" },
          "vendor/lib": { mode: "160000", content: "1".repeat(40) },
        },
      });
      const tip = await repository.git("rev-parse", "main");
      const transport = bench.open(repository);
      const found = async (path: string) => {
        const { kind, ...rest } = await transport.readFile(tip, path);
        return "path" in rest ? `${kind} ${rest.path}` : kind;
      };

      expect(await found("dir/run.sh")).toBe("file");
      expect(await found("dir")).toBe("directory");
      expect(await found("dir/none.json")).toBe("missing");
      expect(await found("none/none.json")).toBe("missing");
      expect(await found("dir/file.json/below")).toBe("missing");
      expect(await found("dir/link.json")).toBe("symlink dir/link.json");
      expect(await found("shortcut/file.json")).toBe("symlink shortcut");
      expect(await found("vendor/lib")).toBe("submodule vendor/lib");
      expect(await found("vendor/lib/file.json")).toBe("submodule vendor/lib");
    });

    it("reads the commit it was given, also after the branch has moved on", async () => {
      const repository = await bench.configRepository();
      const transport = bench.open(repository);
      const { base } = await transport.tips("main", BRANCH);
      await repository.commit("main", { [PARAMS_PATH]: "changed since" });

      const file = await transport.readFile(base ?? "", PARAMS_PATH);

      expect(file).toEqual({ kind: "file", bytes: new Uint8Array(Buffer.from('{\n  "boost": 1.5\n}\n')) });
    });

    it("does not fetch what only history holds", async () => {
      const dump = randomBytes(HISTORY_BYTES);
      const repository = await bench.server.createRepository({ files: { "dump.bin": dump, "a.json": "{}" } });
      await repository.commit("main", { "dump.bin": "emptied since" });
      const tip = await repository.git("rev-parse", "main");
      const limits = { ...HTTP_LIMITS, answer_bytes_max: HISTORY_BYTES };

      expect(await bench.open(repository, { limits }).readFile(tip, "a.json")).toMatchObject({
        kind: "file",
      });
    });

    it("fetches a commit once, however many files are read from it", async () => {
      const repository = await bench.configRepository();
      const tip = await repository.git("rev-parse", "main");
      const transport = bench.open(repository);
      await transport.readFile(tip, PARAMS_PATH);
      const before = bench.server.exchanges.length;

      await transport.readFile(tip, PARAMS_PATH);

      expect(bench.server.exchanges).toHaveLength(before);
    });

    it("takes an unsafe path for a mistake of the caller", async () => {
      const repository = await bench.configRepository();
      const tip = await repository.git("rev-parse", "main");

      await expect(bench.open(repository).readFile(tip, "a/../b")).rejects.toBeInstanceOf(AssertionError);
    });
  });
}
