import { AssertionError } from "node:assert/strict";
import { describe, expect, it } from "vitest";
import type { OpenTransport } from "../../../src/git/transport.ts";
import { BRANCH, failureOf, isPush, lookAndBuild, useBench } from "./bench.ts";

const FILE_COUNT = 2_000;
/** Two commits, five trees and two small files, packed; the base alone is 40 times as much. */
const PUSH_BYTES_MAX = 6_000;

export function describePushing(open: OpenTransport): void {
  const bench = useBench(open);

  describe("createBranch", () => {
    it("leaves a person's branch at the base commit alone, though the push would be a fast-forward", async () => {
      const repository = await bench.configRepository();
      const transport = bench.open(repository);
      const built = await lookAndBuild(transport);
      await repository.git("branch", BRANCH, "main");

      expect(await transport.createBranch(BRANCH, built)).toEqual({ kind: "exists" });
      expect(await repository.git("rev-parse", BRANCH)).toBe(built.base);
    });

    it("leaves a branch alone that is there already, even our own", async () => {
      const repository = await bench.configRepository();
      const transport = bench.open(repository);
      const built = await lookAndBuild(transport);
      await transport.createBranch(BRANCH, built);

      expect(await transport.createBranch(BRANCH, built)).toEqual({ kind: "exists" });
      expect(await repository.git("rev-parse", BRANCH)).toBe(built.head);
    });

    it("leaves a branch alone that somebody made between the look and the push", async () => {
      const repository = await bench.configRepository();
      const transport = bench.open(repository);
      const built = await lookAndBuild(transport);
      bench.server.intercept(async (req, _, pass) => {
        if (isPush(req)) await repository.git("branch", BRANCH, "main");
        await pass();
      });

      expect(await transport.createBranch(BRANCH, built)).toEqual({ kind: "exists" });
      expect(await repository.git("rev-parse", BRANCH)).toBe(built.base);
    });

    it("passes on what the remote says when it refuses, fit for a page", async () => {
      const repository = await bench.configRepository();
      const transport = bench.open(repository);
      const built = await lookAndBuild(transport);
      await repository.hook(
        "pre-receive",
        `printf '\\033[31merror: GH013: Repository rule violations found for refs/heads/x.\\033[0m\\n\\n' >&2
         printf -- '- Cannot create ref due to creations being restricted.\\007\\n' >&2
         exit 1`,
      );

      expect(await transport.createBranch(BRANCH, built)).toEqual({
        kind: "rejected",
        reason: [
          "error: GH013: Repository rule violations found for refs/heads/x.",
          "- Cannot create ref due to creations being restricted.",
          "pre-receive hook declined",
        ].join("\n"),
      });
      expect(await repository.git("branch", "--list", BRANCH)).toBe("");
    });

    it("passes on every line of it, however many come at once", async () => {
      const repository = await bench.configRepository();
      const transport = bench.open(repository);
      const built = await lookAndBuild(transport);
      await repository.hook("pre-receive", "seq 1 400 >&2; exit 1");

      const outcome = await transport.createBranch(BRANCH, built);

      const lines = Array.from({ length: 400 }, (_, index) => String(index + 1));
      expect(outcome).toEqual({
        kind: "rejected",
        reason: [...lines, "pre-receive hook declined"].join("\n"),
      });
    });

    it("passes on at most 2,000 characters of it", async () => {
      const repository = await bench.configRepository();
      const transport = bench.open(repository);
      const built = await lookAndBuild(transport);
      await repository.hook("pre-receive", "yes 'a rule was violated' | head -n 2000 >&2; exit 1");

      const outcome = await transport.createBranch(BRANCH, built);

      const reason = Array(100).fill("a rule was violated").join("\n");
      expect(outcome).toEqual({ kind: "rejected", reason });
    });

    it("says unreachable when the answer is lost, and the branch is there at the next look", async () => {
      const repository = await bench.configRepository();
      const transport = bench.open(repository);
      const built = await lookAndBuild(transport);
      bench.server.intercept((req, _, pass) => pass({ dropAnswer: isPush(req) }));

      const error = await failureOf(transport.createBranch(BRANCH, built));

      expect(error.kind).toBe("unreachable");
      expect(await transport.tips("main", BRANCH)).toEqual({ base: built.base, branch: built.head });
    });

    it.each(["the base stays", "the base moves on meanwhile"])(
      "sends only the new objects of a repository of 2,000 files when %s",
      async (story) => {
        const files: Record<string, string> = {};
        for (let i = 0; i < FILE_COUNT; i++)
          files[`clusters/c${i % 20}/t${i}.params.json`] = `{"boost": ${i}}\n`;
        const repository = await bench.server.createRepository({ files });
        const transport = bench.open(repository);
        const built = await lookAndBuild(transport);
        if (story === "the base moves on meanwhile") await repository.commit("main", { "new.txt": "merged" });

        expect(await transport.createBranch(BRANCH, built)).toEqual({ kind: "created" });

        await repository.git("fsck", "--strict", "--full");
        const sent = bench.server.exchanges.findLast((exchange) => isPush(exchange));
        expect(sent?.request_bytes).toBeGreaterThan(0);
        expect(sent?.request_bytes).toBeLessThan(PUSH_BYTES_MAX);
      },
    );

    it("takes a name that is not one of a branch for a mistake of the caller", async () => {
      const repository = await bench.configRepository();
      const transport = bench.open(repository);
      const built = await lookAndBuild(transport);

      await expect(transport.createBranch("a\nb", built)).rejects.toBeInstanceOf(AssertionError);
    });
  });
}
