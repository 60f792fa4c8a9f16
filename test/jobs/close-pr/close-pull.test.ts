import { describe, expect, it } from "vitest";
import { appendEvent } from "../../../src/db/events-store.ts";
import { GithubApiError, RescheduleError } from "../../../src/github/github-errors.ts";
import { closePull } from "../../../src/jobs/close-pr/close-pull.ts";
import { FenceLost } from "../../../src/jobs/open-pr/fence.ts";
import { useStore } from "../../db/store-fixtures.ts";
import { CLOSED_AT, pull, type Rejected, rejectProposal } from "./rejected-proposal.ts";

const store = useStore();
const redact = (text: string) => text.replaceAll("Not now", "[redacted]");
const close = ({ context }: Rejected, changes: { state?: "closed" } = {}) =>
  closePull({ db: store.db, redact }, context, { ...pull, ...changes });

describe("closing the pull request of a rejected proposal", () => {
  it("says why first, and then tells the row and the timeline", async () => {
    const rejected = await rejectProposal(store.db);
    await close(rejected);
    expect(rejected.asked).toEqual(["comment", "close 7"]);
    expect(rejected.comments).toMatchObject([{ issue: 7, botLogin: "relyloop[bot]", first: false }]);
    expect(rejected.comments[0]?.body).toContain(rejected.comments[0]?.marker);
    expect(rejected.comments[0]?.body).toContain("redacted");
    expect(rejected.comments[0]?.body).not.toContain("Not now");
    expect(await rejected.row()).toMatchObject({
      status: "rejected",
      pr_state: "closed",
      pr_updated_at: new Date(CLOSED_AT),
    });
    expect((await rejected.events()).at(-1)).toMatchObject({
      kind: "pr_closed",
      data: { pr_number: 7, pr_url: pull.html_url, cause: "rejection" },
    });
  });

  it("leaves a closed one as it is, and tells what an earlier run could not", async () => {
    const rejected = await rejectProposal(store.db);
    await close(rejected, { state: "closed" });
    expect(rejected.asked).toEqual([]);
    expect(await rejected.row()).toMatchObject({ pr_state: "closed" });
    expect((await rejected.events()).map(({ kind }) => kind)).toEqual(["pr_closed"]);
  });

  it("tells it once, however often it is done", async () => {
    const rejected = await rejectProposal(store.db);
    await close(rejected);
    await close(rejected, { state: "closed" });
    expect((await rejected.events()).filter(({ kind }) => kind === "pr_closed")).toHaveLength(1);
  });

  it("tells it too when people had closed it before and opened it again", async () => {
    const rejected = await rejectProposal(store.db);
    const byPeople = { pr_number: 7, pr_url: pull.html_url, cause: "github" };
    await appendEvent(store.db, { proposalId: rejected.id, kind: "pr_closed", data: byPeople });
    await appendEvent(store.db, { proposalId: rejected.id, kind: "pr_reopened", data: {} });
    await close(rejected);
    expect((await rejected.events()).map(({ kind, data }) => [kind, data.cause])).toEqual([
      ["pr_closed", "github"],
      ["pr_reopened", undefined],
      ["pr_closed", "rejection"],
    ]);
  });

  it("says nothing of one that was merged at that moment, which is for the merge to tell", async () => {
    const merged_at = "2026-11-22T12:00:02Z";
    const rejected = await rejectProposal(store.db, { remote: { closes: { merged_at } } });
    expect(await close(rejected)).toMatchObject({ merged_at });
    expect(await rejected.row()).toMatchObject({ status: "rejected", pr_state: "open" });
    expect(await rejected.events()).toEqual([]);
  });

  it("keeps pr_url empty where nothing was recorded", async () => {
    const rejected = await rejectProposal(store.db, { recorded: false });
    await close(rejected);
    await close(rejected, { state: "closed" });
    expect(await rejected.row()).toMatchObject({ pr_url: null, pr_state: null });
    expect((await rejected.events()).map(({ kind }) => kind)).toEqual(["pr_closed"]);
  });

  it("does not fail for its comment", async () => {
    const commentFails = new GithubApiError("This conversation is locked", 403);
    const rejected = await rejectProposal(store.db, { remote: { commentFails } });
    await close(rejected);
    expect(rejected.asked).toEqual(["comment", "close 7"]);
    expect(rejected.logged).toMatchObject([{ event: "close_pr_comment_failed" }, { event: "pr_closed" }]);
  });

  it("goes without its comment where GitHub limits that for longer than the job may wait", async () => {
    const commentFails = new RescheduleError(new Date("2026-11-22T13:00:00Z"), "rate_limited");
    const rejected = await rejectProposal(store.db, { waits: false, remote: { commentFails } });
    await close(rejected);
    expect(rejected.asked).toEqual(["comment", "close 7"]);
    expect(await rejected.row()).toMatchObject({ pr_state: "closed" });
  });

  it.each([
    new RescheduleError(new Date("2026-11-22T13:00:00Z"), "rate_limited"),
    new FenceLost("close_pr"),
    new Error("the process is stopping"),
  ])("stops before it for what ends the run: %s", async (commentFails) => {
    const rejected = await rejectProposal(store.db, { remote: { commentFails } });
    await expect(close(rejected)).rejects.toBe(commentFails);
    expect(rejected.asked).toEqual(["comment"]);
    expect(await rejected.events()).toEqual([]);
  });
});
