import { describe, expect, it } from "vitest";
import { deleteBranch } from "../../../src/jobs/close-pr/delete-branch.ts";
import { useStore } from "../../db/store-fixtures.ts";
import { BRANCH, OURS, type Rejected, rejectProposal, THEIRS } from "./rejected-proposal.ts";

const store = useStore();
const clean = ({ context }: Rejected) =>
  deleteBranch({ db: store.db, redact: (text) => text.replaceAll("hush", "[redacted]") }, context, {
    branch: BRANCH,
    baseBranch: "main",
  });
const deleted = [{ kind: "branch_deleted", data: { branch: BRANCH } }];

describe("deleting the branch of a rejected proposal", () => {
  it("deletes it only at the commit it has, and tells", async () => {
    const rejected = await rejectProposal(store.db, { remote: { tip: OURS } });
    await clean(rejected);
    expect(rejected.asked).toEqual([`delete ${BRANCH} at ${OURS}`]);
    expect(await rejected.events()).toMatchObject(deleted);
  });

  it("leaves one with other commits alone, silently", async () => {
    const rejected = await rejectProposal(store.db, { remote: { tip: THEIRS } });
    await clean(rejected);
    expect(rejected.asked).toEqual([]);
    expect(await rejected.events()).toEqual([]);
  });

  it.each([{ tip: null }, { tip: OURS, deletes: { kind: "absent" as const } }])(
    "tells once of one that is gone already: %j",
    async (remote) => {
      const rejected = await rejectProposal(store.db, { remote });
      await clean(rejected);
      await clean(rejected);
      expect(await rejected.events()).toMatchObject(deleted);
    },
  );

  it("tells nothing of one that somebody moved at that moment", async () => {
    const rejected = await rejectProposal(store.db, {
      remote: { tip: OURS, deletes: { kind: "moved", tip: THEIRS } },
    });
    await clean(rejected);
    expect(await rejected.events()).toEqual([]);
  });

  it("tells what GitHub refuses it with, once", async () => {
    const rejected = await rejectProposal(store.db, {
      remote: { tip: OURS, deletes: { kind: "rejected", reason: "GH006 hush" } },
    });
    await clean(rejected);
    await clean(rejected);
    expect(await rejected.events()).toMatchObject([
      {
        kind: "close_pr_failed",
        data: { branch: BRANCH, code: "PUSH_REJECTED", message: "GH006 [redacted]" },
      },
    ]);
  });
});
