import { describe, expect, it } from "vitest";
import type { GitTransport, OpenTransport } from "../../../src/git/transport.ts";
import type { GitRepository } from "../../support/git-repository.ts";
import { BRANCH, isPush, useBench } from "./bench.ts";

export function describeDeleting(open: OpenTransport): void {
  const bench = useBench(open);

  /** A repository with our branch on it, and the tip we left there. */
  async function withBranch(): Promise<{ repository: GitRepository; transport: GitTransport; tip: string }> {
    const repository = await bench.configRepository();
    await repository.git("branch", BRANCH, "main");
    const tip = await repository.commit(BRANCH, { "ours.txt": "ours" });
    return { repository, transport: bench.open(repository), tip };
  }

  describe("deleteBranch", () => {
    it("deletes the branch at the expected tip, and nothing else", async () => {
      const { repository, transport, tip } = await withBranch();

      expect(await transport.deleteBranch(BRANCH, tip)).toEqual({ kind: "deleted" });
      expect(await repository.git("branch", "--format=%(refname:short)")).toBe("main");
    });

    it("says absent when there is no such branch", async () => {
      const { transport, tip } = await withBranch();
      await transport.deleteBranch(BRANCH, tip);

      expect(await transport.deleteBranch(BRANCH, tip)).toEqual({ kind: "absent" });
    });

    it("keeps a branch on which a person has committed, and gives its tip", async () => {
      const { repository, transport, tip } = await withBranch();
      const theirs = await repository.commit(BRANCH, { "theirs.txt": "theirs" });

      expect(await transport.deleteBranch(BRANCH, tip)).toEqual({ kind: "moved", tip: theirs });
      expect(await repository.git("rev-parse", BRANCH)).toBe(theirs);
    });

    it("keeps a commit that lands between the look and the deletion", async () => {
      const { repository, transport, tip } = await withBranch();
      let theirs = "";
      bench.server.intercept(async (req, _, pass) => {
        if (isPush(req)) theirs = await repository.commit(BRANCH, { "theirs.txt": "theirs" });
        await pass();
      });

      expect(await transport.deleteBranch(BRANCH, tip)).toEqual({ kind: "moved", tip: theirs });
      expect(await repository.git("rev-parse", BRANCH)).toBe(theirs);
    });

    it("takes a branch for gone that somebody else deletes at that moment", async () => {
      const { repository, transport, tip } = await withBranch();
      bench.server.intercept(async (req, _, pass) => {
        if (isPush(req)) await repository.git("branch", "-D", BRANCH);
        await pass();
      });

      const outcome = await transport.deleteBranch(BRANCH, tip);

      expect(["deleted", "absent"]).toContain(outcome.kind);
    });

    it("passes on what the remote says when it refuses", async () => {
      const { repository, transport, tip } = await withBranch();
      await repository.hook("pre-receive", "echo 'error: GH006: Protected branch update failed' >&2; exit 1");

      expect(await transport.deleteBranch(BRANCH, tip)).toEqual({
        kind: "rejected",
        reason: "error: GH006: Protected branch update failed\npre-receive hook declined",
      });
      expect(await repository.git("rev-parse", BRANCH)).toBe(tip);
    });
  });
}
