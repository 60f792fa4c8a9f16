import { describe, expect, it } from "vitest";
import { markRejected } from "../../../src/db/open-pr-store.ts";
import { configRepoOf, mirrorOf, type Opened, useMirrorWorld } from "./mirror-world.ts";

const world = useMirrorWorld();

describe("what people do with a pull request", () => {
  it("shows on the proposal, with an event for each", async () => {
    const [pull] = await world.open();
    const { sandbox, tick } = world;
    await pull.mirror();
    expect(await pull.events(), "nothing has happened yet").toEqual([]);

    await sandbox.closePull(pull.repo, pull.number);
    await pull.mirror();
    expect(await pull.row()).toMatchObject({ status: "pr_opened", pr_state: "closed" });
    tick();
    await sandbox.reopenPull(pull.repo, pull.number);
    await pull.mirror();
    expect(await pull.row()).toMatchObject({ status: "pr_opened", pr_state: "open" });
    tick();
    await sandbox.convertToDraft(pull.repo, pull.number);
    await pull.mirror();
    expect(await pull.row()).toMatchObject({ pr_draft: true });
    tick();
    await sandbox.readyForReview(pull.repo, pull.number);
    await pull.mirror();
    expect(await pull.row()).toMatchObject({ pr_draft: false });
    await sandbox.pushAs("alice", pull.repo, "stable", { "STABLE.md": "x\n" });
    tick();
    await sandbox.editPull(pull.repo, pull.number, { base: "stable" });
    await pull.mirror();
    expect(await pull.row()).toMatchObject({ pr_base_ref: "stable" });
    tick();
    const head = await sandbox.pushToHead(pull.repo, pull.number);
    await pull.mirror();
    expect(await pull.row(), "ours is what was stored before it was pushed").toMatchObject({
      pr_head_sha: pull.pull.head.sha,
    });
    expect(await mirrorOf(world.db, pull.id)).toMatchObject({ head_sha: head });

    const told = { pr_number: pull.number, pr_url: pull.pull.html_url };
    expect((await pull.events()).map(({ kind, data }) => ({ kind, data }))).toEqual([
      { kind: "pr_closed", data: { ...told, cause: "github" } },
      { kind: "pr_reopened", data: told },
      { kind: "pr_converted_to_draft", data: { pr_number: pull.number } },
      { kind: "pr_ready_for_review", data: { pr_number: pull.number } },
      { kind: "pr_base_changed", data: { from: "main", to: "stable" } },
      { kind: "pr_head_changed", data: { from: pull.pull.head.sha, to: head } },
    ]);
  });

  it("is told once, however often and however concurrently it is read", async () => {
    const [pull] = await world.open();
    await world.sandbox.closePull(pull.repo, pull.number);
    await Promise.all([pull.mirror(), pull.mirror(), pull.mirror()]);
    await pull.mirror();
    expect(await pull.kinds()).toEqual(["pr_closed"]);
  });

  it("is read under the repository's new name, and its address follows", async () => {
    const [pull] = await world.open();
    const renamed = await world.sandbox.renameRepository(pull.repo, `renamed-${pull.repo}`);
    await pull.mirror();
    expect((await pull.row()).pr_url).toBe(`${renamed.html_url}/pull/${pull.number}`);
    expect(await pull.events()).toEqual([]);
  });
});

describe("a merge", () => {
  it("ends the proposal, is remembered by the repository, and sends for the branch", async () => {
    const [pull] = await world.open();
    world.tick();
    await world.sandbox.mergePull(pull.repo, pull.number);
    await pull.mirror({ request_id: "r-merge" });
    const merged_at = (await world.sandbox.pulls(pull.repo))[0]?.merged_at ?? "";
    expect(await pull.row()).toMatchObject({
      status: "pr_merged",
      pr_state: "merged",
      pr_merged_at: new Date(merged_at),
      pr_updated_at: expect.any(Date),
    });
    expect((await pull.events()).map(({ kind, data }) => ({ kind, data }))).toEqual([
      { kind: "pr_merged", data: { merged_at } },
    ]);
    expect((await configRepoOf(world.db, pull.configRepoId))?.last_merged_proposal_id).toBe(pull.id);
    expect(world.sent).toMatchObject([
      {
        kind: "close_pr",
        cause: "merged",
        proposal_id: pull.id,
        config_repo_id: pull.configRepoId,
        request_id: "r-merge",
      },
    ]);
  });

  it("is final: later events cost no request and change nothing", async () => {
    const [pull] = await world.open();
    await world.sandbox.mergePull(pull.repo, pull.number);
    await pull.mirror();
    const cost = world.reads();
    expect(await pull.mirror({ said: { state: "open", updated_at: null } })).toBe("done");
    expect(cost().all).toBe(0);
    expect(await pull.kinds()).toEqual(["pr_merged"]);
  });

  it("is not what a closed pull request with a merge commit is", async () => {
    const [pull] = await world.open();
    await world.sandbox.closePull(pull.repo, pull.number);
    await pull.mirror();
    const { responseBody } = world.exchanges.findLast(({ path }) => path.endsWith("/pulls/1")) ?? {};
    const body = { ...(responseBody as object), merge_commit_sha: "c".repeat(40), title: "edited" };
    const fault = { kind: "answer" as const, status: 200, body };
    world.sandbox.faults.add({ path: "/api/v3/repos/*/pulls/1", fault });
    await pull.mirror();
    expect(await pull.row()).toMatchObject({ status: "pr_opened", pr_state: "closed", pr_merged_at: null });
    expect(await pull.kinds()).toEqual(["pr_closed"]);
    expect(world.sent).toEqual([]);
  });

  it("of two at once leaves the later one remembered, and each is told once", async () => {
    const [one, other] = (await world.open(2)) as [Opened, Opened];
    await world.sandbox.mergePull(one.repo, one.number);
    world.tick();
    await world.sandbox.mergePull(other.repo, other.number);
    await Promise.all([other.mirror(), one.mirror(), other.mirror(), one.mirror()]);
    expect((await configRepoOf(world.db, one.configRepoId))?.last_merged_proposal_id).toBe(other.id);
    for (const pull of [one, other]) expect(await pull.kinds()).toEqual(["pr_merged"]);
    expect(world.sent).toHaveLength(2);
  });
});

describe("the pull request of a rejected proposal", () => {
  it("that was merged after all is merged, with the reason of the rejection kept", async () => {
    const [pull] = await world.open();
    await world.sandbox.mergePull(pull.repo, pull.number);
    await markRejected(world.db, pull.id, "Too late.");
    await pull.mirror();
    expect(await pull.row()).toMatchObject({
      status: "pr_merged",
      pr_state: "merged",
      rejected_reason: "Too late.",
    });
    expect(await pull.kinds()).toEqual(["pr_merged"]);
  });

  it("mirrors nothing else than whether it is open: nobody decides about it any more", async () => {
    const [pull] = await world.open();
    await markRejected(world.db, pull.id, null);
    await world.sandbox.setStatus(pull.repo, pull.number, { state: "failure" });
    await world.sandbox.convertToDraft(pull.repo, pull.number);
    const cost = world.reads();
    await pull.mirror();
    expect(cost().all).toBe(1);
    expect(await pull.row()).toMatchObject({ pr_draft: false, pr_checks: null, pr_state: "open" });
    world.tick();
    await world.sandbox.closePull(pull.repo, pull.number);
    await pull.mirror();
    expect(await pull.row()).toMatchObject({ status: "rejected", pr_state: "closed" });
    expect((await pull.events()).map(({ kind, data }) => [kind, data.cause])).toEqual([
      ["pr_closed", "rejection"],
    ]);
  });
});

describe("what speaks for and against an open pull request", () => {
  it("is folded out of check runs and statuses, into one word and an event for each change", async () => {
    const [pull] = await world.open();
    const { sandbox } = world;
    const checks = async () => {
      await pull.mirror();
      return (await pull.row()).pr_checks;
    };
    expect(await checks(), "there is nothing").toBeNull();
    await sandbox.setStatus(pull.repo, pull.number, { state: "success" });
    expect(await checks()).toBe("success");
    await sandbox.reportCheck(pull.repo, pull.number, { status: "in_progress" });
    expect(await checks()).toBe("pending");
    await sandbox.reportCheck(pull.repo, pull.number, { conclusion: "failure" });
    expect(await checks()).toBe("failure");
    await sandbox.reportCheck(pull.repo, pull.number, { conclusion: "skipped" });
    expect(await checks()).toBe("success");
    expect((await pull.events()).map(({ kind, data }) => ({ kind, data }))).toEqual(
      [
        { from: null, to: "success" },
        { from: "success", to: "pending" },
        { from: "pending", to: "failure" },
        { from: "failure", to: "success" },
      ].map((data) => ({ kind: "pr_checks_changed", data })),
    );
  });

  it("is not the app's own check, but is one of another app with the same name", async () => {
    const [pull] = await world.open();
    await world.sandbox.reportCheck(pull.repo, pull.number, {
      app: world.sandbox.app.slug,
      name: "relyloop/proposal",
      conclusion: "failure",
    });
    await pull.mirror();
    expect((await pull.row()).pr_checks).toBeNull();
    await world.sandbox.reportCheck(pull.repo, pull.number, {
      name: "relyloop/proposal",
      conclusion: "failure",
    });
    await pull.mirror();
    expect((await pull.row()).pr_checks).toBe("failure");
  });

  it("is asked of the present head only", async () => {
    const [pull] = await world.open();
    await world.sandbox.setStatus(pull.repo, pull.number, { state: "failure" });
    await pull.mirror();
    expect((await pull.row()).pr_checks).toBe("failure");
    world.tick();
    await world.sandbox.pushToHead(pull.repo, pull.number);
    await pull.mirror();
    expect((await pull.row()).pr_checks).toBeNull();
    expect(await pull.kinds()).toEqual(["pr_checks_changed", "pr_head_changed", "pr_checks_changed"]);
  });

  it("is the last word of each reviewer who belongs to the repository", async () => {
    const [pull] = await world.open();
    const { sandbox } = world;
    await sandbox.setCollaborator(pull.repo, "bob", "write");
    const review = async (state: "approved" | "changes_requested" | "commented", person: string) => {
      world.tick();
      const { id } = await sandbox.reviewPull(pull.repo, pull.number, { state, person });
      await pull.mirror();
      return { id, verdict: (await pull.row()).pr_review };
    };
    expect((await review("approved", "mallory")).verdict, "a stranger").toBeNull();
    expect((await review("approved", "bob")).verdict).toBe("approved");
    const wish = await review("changes_requested", "alice");
    expect(wish.verdict).toBe("changes_requested");
    expect((await review("commented", "alice")).verdict).toBe("changes_requested");
    world.tick();
    await sandbox.dismissReview(pull.repo, pull.number, wish.id);
    await pull.mirror();
    expect((await pull.row()).pr_review).toBe("approved");
    expect(await pull.kinds()).toEqual(Array.from({ length: 3 }, () => "pr_review_changed"));
  });

  it("is the word of people who may write, although GitHub takes those who hide their membership for strangers", async () => {
    const [pull] = await world.open();
    const { sandbox } = world;
    await sandbox.setCollaborator(pull.repo, "bob", "write");
    await sandbox.reviewPull(pull.repo, pull.number, { state: "approved", person: "mallory" });
    await sandbox.reviewPull(pull.repo, pull.number, { state: "changes_requested", person: "bob" });
    await pull.mirror();
    const { responseBody } =
      world.exchanges.findLast(({ path, status }) => path.endsWith("/reviews") && status === 200) ?? {};
    const body = (responseBody as object[]).map((one) => ({ ...one, author_association: "NONE" }));
    const fault = { kind: "answer" as const, status: 200, body };
    sandbox.faults.add({ path: `/api/v3/repos/*/pulls/${pull.number}/reviews`, times: null, fault });
    await pull.mirror();
    expect((await pull.row()).pr_review).toBe("changes_requested");

    const refused = { kind: "answer" as const, status: 403, body: { message: "Resource not accessible" } };
    sandbox.faults.add({ path: "/api/v3/repos/*/collaborators/*", times: null, fault: refused });
    await pull.mirror();
    expect((await pull.row()).pr_review, "who can't be asked about is a stranger").toBeNull();
  });

  it.each([
    ["not granted by the installation", { checks: undefined, statuses: undefined }, 2],
    ["refused although the row says granted", {}, 4],
  ])("is left out where it is %s; the rest is mirrored", async (how, without, requests) => {
    const [pull] = await world.open();
    const { sandbox } = world;
    await sandbox.setStatus(pull.repo, pull.number, { state: "failure" });
    await sandbox.reviewPull(pull.repo, pull.number, { state: "approved" });
    const { id, permissions } = sandbox.installation("acme") as { id: number; permissions: object };
    const { checks: _checks, statuses: _statuses, ...others } = permissions as Record<string, string>;
    const granted = JSON.stringify(how.startsWith("not") ? others : { ...permissions, ...without });
    await world.db.updateTable("installations").set({ permissions: granted }).where("id", "=", id).execute();
    for (const part of ["check-runs", "status"]) {
      const fault = { kind: "answer" as const, status: 403, body: { message: "Resource not accessible" } };
      sandbox.faults.add({ path: `/api/v3/repos/*/commits/*/${part}`, times: null, fault });
    }
    const cost = world.reads();
    await pull.mirror();
    expect(cost().all).toBe(requests);
    expect(await pull.row()).toMatchObject({ pr_checks: null, pr_review: "approved" });
    const all = { permissions: JSON.stringify(permissions) };
    await world.db.updateTable("installations").set(all).where("id", "=", id).execute();
  });
});
