import { randomUUID } from "node:crypto";
import { sql } from "kysely";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { createScenario, type Scenario } from "../support/scenario.ts";
import { takeTurn } from "../support/schedules.ts";
import { startTestService, type TestService } from "../support/service.ts";

/** What people do with a pull request shows on the proposal, whatever happens to the events that tell of it. */
let service: TestService;
beforeAll(async () => {
  service = await startTestService();
});
afterEach(() => {
  service.sandbox.hooks.clearRules();
  service.sandbox.faults.clear();
});
afterAll(async () => {
  expect(service.violations).toEqual([]);
  await service.close();
});

/** A proposal whose pull request is open and mirrored once. */
const opened = async (scenario?: Scenario) => {
  const { api, db } = service;
  const of = scenario ?? (await createScenario(service));
  const { proposalId, branch } = await of.fromStudy();
  const { pr_number } = await api.open(proposalId);
  await expect.poll(() => readAt(db, proposalId)).not.toBeNull();
  return { scenario: of, repo: of.repository.id, number: pr_number ?? 0, proposalId, branch };
};

const readAt = async (db: TestService["db"], proposalId: string) =>
  (
    await db
      .selectFrom("pull_mirrors")
      .select("read_at")
      .where("proposal_id", "=", proposalId)
      .executeTakeFirst()
  )?.read_at ?? null;

const kindsOf = async (proposalId: string): Promise<string[]> => {
  const { data } = await service.api.get<{ data: { kind: string }[] }>(
    `/proposals/${proposalId}/events?limit=200`,
  );
  return data.map(({ kind }) => kind);
};
const countOf = async (proposalId: string, kind: string) =>
  (await kindsOf(proposalId)).filter((one) => one === kind).length;

const lastMerged = async (configRepoId: string) =>
  (await service.api.get<{ last_merged_proposal_id: string | null }>(`/config-repos/${configRepoId}`))
    .last_merged_proposal_id;

describe("a merge", () => {
  it("is seen by its webhook within 5 s; the branch goes, and the config repo remembers it", async () => {
    const { api, sandbox } = service;
    const { scenario, repo, number, proposalId, branch } = await opened();
    const before_ms = performance.now();
    await sandbox.mergePull(repo, number);
    const merged = await api.until(proposalId, ({ status }) => status === "pr_merged");
    expect(performance.now() - before_ms).toBeLessThan(5_000);
    expect(merged).toMatchObject({ pr_state: "merged", pr_merged_at: expect.any(String) });
    expect(await lastMerged(scenario.configRepoId)).toBe(proposalId);
    await expect.poll(() => sandbox.branchTip(repo, branch)).toBeNull();
    await expect
      .poll(() => kindsOf(proposalId))
      .toEqual(expect.arrayContaining(["pr_merged", "branch_deleted"]));
  });

  it("is seen by reconciliation alone when no event ever arrives", async () => {
    const { api, sandbox, db, databaseUrl } = service;
    const { repo, number, proposalId } = await opened();
    sandbox.hooks.addRule({ do: "lose", times: null });
    await sandbox.mergePull(repo, number);
    await sandbox.hooks.idle();
    expect((await api.proposal(proposalId)).status).toBe("pr_opened");
    await sql`UPDATE pull_mirrors SET due_at = now() WHERE proposal_id = ${proposalId}`.execute(db);
    await takeTurn(databaseUrl, "reconcile_pulls");
    await api.until(proposalId, ({ status }) => status === "pr_merged");
  });

  it("is seen although the API lags behind its event", async () => {
    const { api, sandbox } = service;
    const { repo, number, proposalId, scenario } = await opened();
    const { full_name } = scenario.repository;
    sandbox.faults.add({ path: `/api/v3/repos/${full_name}/pulls/${number}`, fault: { kind: "stale" } });
    await sandbox.mergePull(repo, number);
    await api.until(proposalId, ({ status }) => status === "pr_merged");
  });

  it("whose delivery arrives twice happens once", async () => {
    const { api, sandbox, db } = service;
    const { repo, number, proposalId } = await opened();
    sandbox.hooks.addRule({ event: "pull_request", action: "closed", do: "duplicate" });
    await sandbox.mergePull(repo, number);
    await api.until(proposalId, ({ status }) => status === "pr_merged");
    await sandbox.hooks.idle();
    const [sent, again] = sandbox.hooks
      .deliveries()
      .filter(({ event, action }) => event === "pull_request" && action === "closed")
      .slice(-2);
    expect(again?.guid).toBe(sent?.guid);
    expect(again?.status_code).toBe(202);
    const rows = await db
      .selectFrom("webhook_deliveries")
      .select(["status", "attempts"])
      .where("delivery_id", "=", sent?.guid ?? "")
      .execute();
    expect(rows).toHaveLength(1);
    expect(await countOf(proposalId, "pr_merged")).toBe(1);
  });

  it("of two pull requests at once leaves the later one remembered", async () => {
    const { api, sandbox } = service;
    const scenario = await createScenario(service);
    const [one, other] = [
      await scenario.byHand({ title_boost: { from: 2, to: 3 } }),
      await scenario.byHand({ "phrase.slop": { from: 2, to: 4 } }),
    ];
    const pulls = [await api.open(one), await api.open(other)];
    sandbox.hooks.addRule({
      event: "pull_request",
      action: "closed",
      do: "hold",
      times: 2,
      release_at: 2,
      order: "reversed",
    });
    for (const { pr_number } of pulls) await sandbox.mergePull(scenario.repository.id, pr_number ?? 0);
    await api.until(one, ({ status }) => status === "pr_merged");
    await api.until(other, ({ status }) => status === "pr_merged");
    expect(await lastMerged(scenario.configRepoId)).toBe(other);
  });
});

describe("events out of order", () => {
  it.each([
    ["the other way round", [3, 2, 1, 0]],
    ["the merge first", [3, 0, 2, 1]],
    ["the reopening last", [0, 3, 1, 2]],
    ["the closing last", [2, 3, 0, 1]],
  ])("end in the state GitHub has: opened, closed, reopened, merged, %s", async (_how, order) => {
    const { api, sandbox } = service;
    const scenario = await createScenario(service);
    const rule = sandbox.hooks.addRule({ event: "pull_request", do: "hold", times: 4 });
    const proposalId = await scenario.byHand();
    const { pr_number } = await api.open(proposalId);
    const [repo, number] = [scenario.repository.id, pr_number ?? 0];
    await sandbox.closePull(repo, number);
    await sandbox.reopenPull(repo, number);
    await sandbox.mergePull(repo, number);
    const held = await sandbox.hooks.held(rule, 4);
    for (const index of order) sandbox.hooks.release(rule, { deliveries: [held[index] ?? 0] });
    const merged = await api.until(proposalId, ({ status }) => status === "pr_merged");
    expect(merged.pr_state).toBe("merged");
    await sandbox.hooks.idle();
    expect(await countOf(proposalId, "pr_merged")).toBe(1);
  });
});

describe("what people do with an open pull request", () => {
  it("shows: closed, reopened, drafted, ready again, moved to another base", async () => {
    const { api, sandbox } = service;
    const { repo, number, proposalId } = await opened();
    await sandbox.closePull(repo, number);
    expect(await api.until(proposalId, ({ pr_state }) => pr_state === "closed")).toMatchObject({
      status: "pr_opened",
    });
    await sandbox.reopenPull(repo, number);
    await api.until(proposalId, ({ pr_state }) => pr_state === "open");
    await sandbox.convertToDraft(repo, number);
    await api.until(proposalId, ({ pr_draft }) => pr_draft);
    await sandbox.readyForReview(repo, number);
    await api.until(proposalId, ({ pr_draft }) => !pr_draft);
    await sandbox.pushAs("alice", repo, "stable", { "STABLE.md": "x\n" });
    await sandbox.editPull(repo, number, { base: "stable" });
    await api.until(proposalId, ({ pr_base_ref }) => pr_base_ref === "stable");
    const kinds = await kindsOf(proposalId);
    expect(kinds.filter((kind) => kind.startsWith("pr_") && kind !== "pr_checks_changed")).toEqual([
      "pr_opened",
      "pr_closed",
      "pr_reopened",
      "pr_converted_to_draft",
      "pr_ready_for_review",
      "pr_base_changed",
    ]);
  });

  it("shows: checks and statuses folded into one, reviews into another", async () => {
    const { api, sandbox } = service;
    const { repo, number, proposalId } = await opened();
    const checks = (wanted: string | null) => api.until(proposalId, ({ pr_checks }) => pr_checks === wanted);
    const review = (wanted: string | null) => api.until(proposalId, ({ pr_review }) => pr_review === wanted);
    await sandbox.setStatus(repo, number, { state: "pending" });
    await checks("pending");
    await sandbox.setStatus(repo, number, { state: "success" });
    await checks("success");
    await sandbox.reportCheck(repo, number, { conclusion: "failure" });
    await checks("failure");
    await sandbox.reportCheck(repo, number, { conclusion: "neutral" });
    await checks("success");

    const { id } = await sandbox.reviewPull(repo, number, { state: "changes_requested" });
    await review("changes_requested");
    await sandbox.dismissReview(repo, number, id);
    await review(null);
    await sandbox.reviewPull(repo, number, { state: "approved" });
    await review("approved");
  });
});

describe("a rejection while the pull request is being merged", () => {
  it("loses: the merge wins, the timeline tells, and a second rejection is refused", async () => {
    const { api, sandbox } = service;
    const { scenario, repo, number, proposalId } = await opened();
    const rule = sandbox.hooks.addRule({ event: "pull_request", action: "closed", do: "hold" });
    await sandbox.mergePull(repo, number);
    await sandbox.hooks.held(rule);
    const answer = await api.request("POST", `/proposals/${proposalId}/reject`, {
      body: { reason: "Too late." },
    });
    expect(answer.status).toBe(200);
    const merged = await api.until(proposalId, ({ status }) => status === "pr_merged");
    expect(merged).toMatchObject({ pr_state: "merged", rejected_reason: "Too late." });
    expect(await lastMerged(scenario.configRepoId)).toBe(proposalId);
    sandbox.hooks.release(rule);
    await sandbox.hooks.idle();
    const again = await api.request<{ detail: object }>("POST", `/proposals/${proposalId}/reject`, {
      body: {},
    });
    expect(again).toMatchObject({
      status: 409,
      body: { detail: { error_code: "INVALID_STATE_TRANSITION", reason: "pr_merged" } },
    });
    expect(await countOf(proposalId, "pr_merged")).toBe(1);
    expect(await countOf(proposalId, "proposal_rejected")).toBe(1);
  });
});

describe("a pull request that is not ours", () => {
  it("changes nothing, whatever its branch is called: not from a fork, not of another repository", async () => {
    const { api, sandbox, db } = service;
    const { scenario, repo, proposalId, branch } = await opened();
    const before = await api.proposal(proposalId);
    const fork = await sandbox.fork(repo, `mallory-${randomUUID().slice(0, 8)}`);
    // On top of the base, not of our commits: a base that comes to contain those has merged our pull request.
    const parent = (await sandbox.branchTip(repo, "main")) ?? "";
    await sandbox.pushAs(fork.owner, fork.id, branch, { "x.md": "x\n" }, { parent });
    const theirs = await sandbox.openPull(repo, {
      person: fork.owner,
      title: "RelyLoop: mine",
      head: `${fork.owner}:${branch}`,
    });
    await sandbox.mergePull(repo, theirs.number);
    await sandbox.hooks.idle();
    const open = () =>
      db
        .selectFrom("webhook_deliveries")
        .select("delivery_id")
        .where("status", "=", "received")
        .where("repository_id", "=", scenario.repository.id)
        .execute();
    await expect.poll(open).toEqual([]);
    const { status, pr_state, pr_number, pr_url } = before;
    expect(await api.proposal(proposalId)).toMatchObject({ status, pr_state, pr_number, pr_url });
    expect(await lastMerged(scenario.configRepoId)).toBeNull();
  });
});
