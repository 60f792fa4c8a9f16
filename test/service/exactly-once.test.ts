import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createScenario, PARAMS_FILE, type Scenario } from "../support/scenario.ts";
import { startTestService, type TestService } from "../support/service.ts";

let service: TestService;
beforeAll(async () => {
  service = await startTestService();
});
afterAll(async () => {
  service.sandbox.faults.clear();
  expect(service.violations).toEqual([]);
  await service.close();
});

/** Lets the queue believe that the job's worker died; it keeps the job alive every 3 s, so more than one try may be needed. */
const letWorkerDie = async (proposalId: string): Promise<void> => {
  const job = sql<{ retry_count: number }>`
    UPDATE pgboss.job SET heartbeat_on = now() - interval '1 hour'
    WHERE data->>'proposal_id' = ${proposalId} AND retry_count = 0 AND state = 'active' RETURNING retry_count`;
  await expect.poll(async () => (await job.execute(service.db)).rows, { interval: 100 }).toEqual([]);
};

const pushOf = (scenario: Scenario) => ({
  method: "POST",
  path: `/${scenario.repository.full_name}*/git-receive-pack`,
});
const pullOf = (scenario: Scenario) => ({
  method: "POST",
  path: `/api/v3/repos/${scenario.repository.full_name}/pulls`,
});

const expectOneOfEach = async (scenario: Scenario, proposalId: string): Promise<void> => {
  const { sandbox, api } = service;
  const { id } = scenario.repository;
  const pulls = await sandbox.pulls(id);
  expect(pulls).toHaveLength(1);
  expect(await sandbox.comments(id, pulls[0]?.number ?? 0)).toHaveLength(1);
  const proposal = await api.proposal(proposalId);
  expect(proposal).toMatchObject({
    status: "pr_opened",
    pr_url: pulls[0]?.html_url,
    pr_head_sha: pulls[0]?.head.sha,
  });
  expect((await sandbox.git(id, "rev-list", "--count", `main..${proposal.pr_branch}`)).trim()).toBe("2");
};

describe("a job whose worker died", () => {
  it("after the push is taken over: the branch is adopted, and its pull request opened", async () => {
    const { api, sandbox } = service;
    const scenario = await createScenario(service);
    const { proposalId } = await scenario.fromStudy();
    const held = sandbox.faults.add({ ...pushOf(scenario), fault: { kind: "hold", when: "after" } });
    await api.press(proposalId);
    await sandbox.faults.held(held);
    await letWorkerDie(proposalId);
    await api.until(proposalId, ({ status }) => status === "pr_opened");
    sandbox.faults.remove(held);
    await expectOneOfEach(scenario, proposalId);
  });

  it("after the pull request is taken over: it is adopted, and gets its comment", async () => {
    const { api, sandbox } = service;
    const scenario = await createScenario(service);
    const { proposalId } = await scenario.fromStudy();
    const held = sandbox.faults.add({ ...pullOf(scenario), fault: { kind: "hold", when: "after" } });
    await api.press(proposalId);
    await sandbox.faults.held(held);
    await letWorkerDie(proposalId);
    await api.until(proposalId, ({ status }) => status === "pr_opened");
    await expectOneOfEach(scenario, proposalId);
    sandbox.faults.remove(held);
  });

  it("leaves a stale run behind, which touches nothing when it wakes up after another run recorded", async () => {
    const { api, sandbox } = service;
    const scenario = await createScenario(service);
    const { proposalId } = await scenario.fromStudy();
    const held = sandbox.faults.add({ ...pullOf(scenario), fault: { kind: "hold", when: "after" } });
    await api.press(proposalId);
    await sandbox.faults.held(held);
    await letWorkerDie(proposalId);
    await api.until(proposalId, ({ status }) => status === "pr_opened");
    // What follows a record does so once.
    const follows = async () =>
      (await mirrorsOf(proposalId)) && (await kindsOf(proposalId)).includes("check_refreshed");
    await expect.poll(follows).toBe(true);
    const recorded = await api.proposal(proposalId);
    const events = await api.get<{ data: unknown[] }>(`/proposals/${proposalId}/events`);
    sandbox.clearRequests();

    sandbox.faults.remove(held);
    await expect.poll(() => openConnections(scenario)).toBe(0);

    expect(await api.proposal(proposalId)).toEqual(recorded);
    expect(await api.get(`/proposals/${proposalId}/events`)).toEqual(events);
    const writes = sandbox
      .requests()
      .filter(({ method, path }) => method !== "GET" && path.includes(scenario.repository.name));
    expect(writes).toEqual([]);
    await expectOneOfEach(scenario, proposalId);
    const [pull] = await sandbox.pulls(scenario.repository.id);
    expect(pull?.state).toBe("open");
  });
});

const kindsOf = async (proposalId: string): Promise<string[]> =>
  (await service.api.get<{ data: { kind: string }[] }>(`/proposals/${proposalId}/events?limit=200`)).data.map(
    ({ kind }) => kind,
  );
const mirrorsOf = async (proposalId: string): Promise<boolean> => {
  const query = service.db.selectFrom("pull_mirrors").select("read_at").where("proposal_id", "=", proposalId);
  return (await query.executeTakeFirst())?.read_at != null;
};

/** Requests for the repository that have no answer yet. */
const openConnections = (scenario: Scenario): number =>
  service.sandbox
    .requests()
    .filter(({ path, status }) => path.includes(scenario.repository.name) && status === null).length;

describe("what changes between the runs of one attempt", () => {
  const dieAfterPull = async (scenario: Scenario, proposalId: string, change: () => Promise<unknown>) => {
    const held = service.sandbox.faults.add({ ...pullOf(scenario), fault: { kind: "hold", when: "after" } });
    await service.api.press(proposalId);
    await service.sandbox.faults.held(held);
    await change();
    await letWorkerDie(proposalId);
    await service.api.until(proposalId, ({ status }) => status === "pr_opened");
    service.sandbox.faults.remove(held);
  };

  it("such as the cluster's repository does not lead to a second pull request there", async () => {
    const [scenario, other] = [await createScenario(service), await createScenario(service)];
    const { proposalId } = await scenario.fromStudy();
    const body = { config_repo_id: other.configRepoId };
    await dieAfterPull(scenario, proposalId, () =>
      service.api.request("PATCH", `/clusters/${scenario.clusterId}`, { body }),
    );
    await expectOneOfEach(scenario, proposalId);
    expect(await service.sandbox.pulls(other.repository.id)).toEqual([]);
  });

  it("such as the branch pull requests go to does not lead to a second one", async () => {
    const scenario = await createScenario(service);
    const { id } = scenario.repository;
    await service.sandbox.git(id, "branch", "release", "main");
    const { proposalId } = await scenario.fromStudy();
    const body = { pr_base_branch: "release" };
    await dieAfterPull(scenario, proposalId, () =>
      service.api.request("PATCH", `/config-repos/${scenario.configRepoId}`, { body }),
    );
    await expectOneOfEach(scenario, proposalId);
  });
});

describe("an answer that was lost", () => {
  it.each([
    ["of the push", pushOf],
    ["of the pull request", pullOf],
  ])("%s leads to one branch, one pull request and one comment", async (_name, request) => {
    const { api, sandbox } = service;
    const scenario = await createScenario(service);
    const { proposalId } = await scenario.fromStudy();
    sandbox.faults.add({ ...request(scenario), fault: { kind: "drop", when: "after" } });
    await api.open(proposalId);
    await expectOneOfEach(scenario, proposalId);
  });

  it("of the comment leads to one comment", async () => {
    const { api, sandbox } = service;
    const scenario = await createScenario(service);
    const { proposalId } = await scenario.fromStudy();
    const path = `/api/v3/repos/${scenario.repository.full_name}/issues/*/comments`;
    sandbox.faults.add({ method: "POST", path, fault: { kind: "drop", when: "after" } });
    await api.open(proposalId);
    await expectOneOfEach(scenario, proposalId);
  });
});

describe("a branch of our name that is not ours", () => {
  it("made by a person at the base is left untouched: BRANCH_EXISTS", async () => {
    const { api, sandbox } = service;
    const scenario = await createScenario(service);
    const { proposalId, branch } = await scenario.fromStudy();
    const base = (await sandbox.branchTip(scenario.repository.id, "main")) ?? "";
    await sandbox.git(scenario.repository.id, "update-ref", `refs/heads/${branch}`, base);
    const proposal = await api.open(proposalId);
    expect(proposal.open_pr).toMatchObject({ state: "failed", error: { code: "BRANCH_EXISTS" } });
    expect(await sandbox.branchTip(scenario.repository.id, branch)).toBe(base);
    expect(await sandbox.pulls(scenario.repository.id)).toEqual([]);
  });

  it("pushed by a stranger with our trailer is not adopted", async () => {
    const { api, sandbox } = service;
    const scenario = await createScenario(service);
    const { proposalId, branch } = await scenario.fromStudy();
    const message = `relevance: tune\n\nRelyLoop-Proposal: ${proposalId}`;
    const files = { [scenario.path]: PARAMS_FILE.replace("2.0", "9.9") };
    const theirs = await sandbox.pushAs("bob", scenario.repository.id, branch, files, { message });
    const proposal = await api.open(proposalId);
    expect(proposal.open_pr.error?.code).toBe("BRANCH_EXISTS");
    expect(proposal.pr_head_sha).toBeNull();
    expect(await sandbox.branchTip(scenario.repository.id, branch)).toBe(theirs);
  });
});

describe("a new attempt", () => {
  it("clears away the branch an earlier one left and builds anew on the present base", async () => {
    const { api, sandbox } = service;
    const scenario = await createScenario(service);
    const { id } = scenario.repository;
    const { proposalId, branch } = await scenario.fromStudy();
    const refused = { kind: "answer", status: 422, body: { message: "Validation Failed" } } as const;
    sandbox.faults.add({ ...pullOf(scenario), fault: refused });
    const failed = await api.open(proposalId);
    expect(failed.open_pr.error?.code).toBe("GITHUB_API_FAILED");
    expect(await sandbox.branchTip(id, branch)).toBe(failed.pr_head_sha);
    const base = await sandbox.pushAs("alice", id, "main", { "NEWS.md": "Something else\n" });

    const opened = await api.open(proposalId);
    expect(opened).toMatchObject({ status: "pr_opened", pr_base_sha: base });
    expect(opened.pr_head_sha).not.toBe(failed.pr_head_sha);
    await expectOneOfEach(scenario, proposalId);
  });
});
