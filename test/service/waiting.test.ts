import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { SWEEP_QUEUE } from "../../src/queue/queues.ts";
import { createScenario } from "../support/scenario.ts";
import { takeTurn } from "../support/schedules.ts";
import { startTestService, type TestService } from "../support/service.ts";

let service: TestService;
beforeAll(async () => {
  // Nothing but the job itself is to find out what changed on GitHub.
  service = await startTestService({ WEBHOOKS: "off" });
});
afterAll(async () => {
  service.sandbox.faults.clear();
  await service.close();
});

const HOUR_S = 3_600;

/** What an hour brings about. */
const anHourLater = async (proposalId: string): Promise<void> => {
  await sql`UPDATE proposals SET open_pr_next_at = now() WHERE id = ${proposalId}`.execute(service.db);
  await sql`UPDATE pgboss.job SET start_after = now()
    WHERE data->>'proposal_id' = ${proposalId} AND state = 'created'`.execute(service.db);
};

describe("a rate limit that ends in an hour", () => {
  it("makes the proposal wait until then without holding its repository, and go on by itself", async () => {
    const { api, sandbox } = service;
    const scenario = await createScenario(service);
    const other = await scenario.byHand({ tie_breaker: { to: 0.5 } });
    const { proposalId } = await scenario.fromStudy();
    sandbox.faults.add({
      method: "POST",
      path: `/api/v3/repos/${scenario.repository.full_name}/pulls`,
      fault: { kind: "ready", name: "primary_rate_limit", retry_after_s: HOUR_S },
    });
    await api.press(proposalId);
    const waiting = await api.until(proposalId, ({ open_pr }) => open_pr.state === "waiting");
    expect(waiting).toMatchObject({
      status: "pending",
      open_pr: { waiting_for: "rate_limited", error: null },
    });
    const next_ms = Date.parse(waiting.open_pr.next_at ?? "") - Date.now();
    expect(next_ms).toBeGreaterThan((HOUR_S - 120) * 1_000);
    expect(next_ms).toBeLessThan((HOUR_S + 120) * 1_000);

    // Another press adds nothing, and another proposal of the repository is not held up.
    expect((await api.press(proposalId)).status).toBe(202);
    expect((await api.open(other)).status).toBe("pr_opened");
    expect((await api.proposal(proposalId)).open_pr.state).toBe("waiting");

    await anHourLater(proposalId);
    const opened = await api.until(proposalId, ({ status }) => status === "pr_opened");
    expect(opened.open_pr_attempt).toBe(1);
    expect(
      (await sandbox.pulls(scenario.repository.id)).filter(({ head }) => head.ref === opened.pr_branch),
    ).toHaveLength(1);
  });
});

describe("a rate limit that is met at the comment", () => {
  it("makes the attempt wait too: the pull request gets its comment, and stays one", async () => {
    const { api, sandbox } = service;
    const scenario = await createScenario(service);
    const { proposalId } = await scenario.fromStudy();
    sandbox.faults.add({
      method: "POST",
      path: `/api/v3/repos/${scenario.repository.full_name}/issues/*/comments`,
      fault: { kind: "ready", name: "primary_rate_limit", retry_after_s: HOUR_S },
    });
    await api.press(proposalId);
    await api.until(proposalId, ({ open_pr }) => open_pr.state === "waiting");
    await anHourLater(proposalId);
    const opened = await api.until(proposalId, ({ status }) => status === "pr_opened");
    expect(await sandbox.pulls(scenario.repository.id)).toHaveLength(1);
    expect(await sandbox.comments(scenario.repository.id, opened.pr_number ?? 0)).toHaveLength(1);
  });
});

describe("a proposal left without a live job", () => {
  it("is given a code by the sweep, and can be pressed again", async () => {
    const { api, db } = service;
    const scenario = await createScenario(service);
    const id = await scenario.byHand();
    const busy = await createScenario(service);
    const other = await busy.byHand();
    // What is left when a job was lost, such as with a queue restored from an older backup.
    await sql`UPDATE proposals SET open_pr_state = 'running', open_pr_attempt = 1, open_pr_run = 'lost:0' WHERE id = ${id}`.execute(
      db,
    );
    const held = service.sandbox.faults.add({
      method: "POST",
      path: `/api/v3/repos/${busy.repository.full_name}/pulls`,
      fault: { kind: "hold", when: "before" },
    });
    await api.press(other);
    await service.sandbox.faults.held(held);

    await takeTurn(service.databaseUrl, SWEEP_QUEUE);
    const swept = await api.until(id, ({ open_pr }) => open_pr.state === "failed");
    expect(swept.open_pr.error).toMatchObject({ code: "GITHUB_API_FAILED", reason: "abandoned" });
    // One with a live job is left alone.
    expect((await api.proposal(other)).open_pr.state).toBe("running");
    service.sandbox.faults.remove(held);
    expect((await api.until(other, ({ status }) => status === "pr_opened")).open_pr.error).toBeNull();
    expect((await api.open(id)).status).toBe("pr_opened");
  });
});

describe("what a rejected proposal left on GitHub because closing it failed", () => {
  it("is cleaned up by a later sweep", async () => {
    const { api, db, sandbox } = service;
    const scenario = await createScenario(service);
    const { proposalId, branch } = await scenario.fromStudy();
    await api.open(proposalId);
    await sandbox.suspend(scenario.installationId);
    await api.request("POST", `/proposals/${proposalId}/reject`, { body: {} });
    const kinds = async () => {
      const { data } = await api.get<{ data: { kind: string }[] }>(`/proposals/${proposalId}/events`);
      return data.map(({ kind }) => kind);
    };
    await expect.poll(kinds).toContain("close_pr_failed");
    await sandbox.unsuspend(scenario.installationId);

    // A quarter of an hour later.
    await sql`UPDATE proposal_heads SET stored_at = now() - interval '1 hour', clean_tried_at = now() - interval '1 hour'
      WHERE proposal_id = ${proposalId}`.execute(db);
    await sql`UPDATE proposals SET updated_at = now() - interval '1 hour' WHERE id = ${proposalId}`.execute(
      db,
    );
    await takeTurn(service.databaseUrl, SWEEP_QUEUE);
    await expect.poll(kinds).toContain("branch_deleted");
    expect((await sandbox.pulls(scenario.repository.id)).map(({ state }) => state)).toEqual(["closed"]);
    expect(await sandbox.branchTip(scenario.repository.id, branch)).toBeNull();
  });
});

describe("a cluster that moves to another config repo after the press", () => {
  it("gets its pull request there", async () => {
    const { api, sandbox } = service;
    const [from, to] = [await createScenario(service), await createScenario(service)];
    await sandbox.pushAs("alice", to.repository.id, "main", { [from.path]: '{\n  "title_boost": 2\n}\n' });
    const first = await from.byHand();
    const second = await from.byHand({ title_boost: { to: 4 } });
    const held = sandbox.faults.add({
      method: "POST",
      path: `/api/v3/repos/${from.repository.full_name}/pulls`,
      fault: { kind: "hold", when: "before" },
    });
    await api.press(first);
    await sandbox.faults.held(held);
    await api.press(second);
    await api.request("PATCH", `/clusters/${from.clusterId}`, { body: { config_repo_id: to.configRepoId } });
    sandbox.faults.remove(held);

    await api.until(first, ({ status }) => status === "pr_opened");
    const moved = await api.until(second, ({ status }) => status === "pr_opened");
    expect(moved.pr_url).toContain(to.repository.full_name);
    expect(await sandbox.pulls(from.repository.id)).toHaveLength(1);
  });
});
