import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ErrorBody } from "../support/api.ts";
import { createScenario, PARAMS_FILE, type Scenario } from "../support/scenario.ts";
import { startTestService, type TestService } from "../support/service.ts";

let service: TestService;
beforeAll(async () => {
  service = await startTestService();
});
afterAll(async () => {
  expect(service.violations).toEqual([]);
  await service.close();
});

const reject = (id: string, reason?: string) =>
  service.api.request<ErrorBody>("POST", `/proposals/${id}/reject`, {
    body: reason === undefined ? {} : { reason },
  });

const eventKinds = async (id: string): Promise<string[]> => {
  const { data } = await service.api.get<{ data: { kind: string }[] }>(`/proposals/${id}/events?limit=200`);
  return data.map(({ kind }) => kind);
};

const untilEvent = (id: string, kind: string) => expect.poll(() => eventKinds(id)).toContain(kind);

const pullOf = (scenario: Scenario) => ({
  method: "POST",
  path: `/api/v3/repos/${scenario.repository.full_name}/pulls`,
});

describe("the preview of a study's next proposal", () => {
  it("takes the branch a rejected one left for ours, as the press does", async () => {
    const { api, sandbox } = service;
    const scenario = await createScenario(service);
    const first = await scenario.fromStudy();
    const refused = { kind: "answer", status: 422, body: { message: "Validation Failed" } } as const;
    sandbox.faults.add({ ...pullOf(scenario), fault: refused });
    const failed = await api.open(first.proposalId);
    const headSha = failed.pr_head_sha ?? "";
    await reject(first.proposalId);
    await untilEvent(first.proposalId, "branch_deleted");
    // As if the push had arrived only now.
    await sandbox.git(scenario.repository.id, "update-ref", `refs/heads/${first.branch}`, headSha);
    const next = await scenario.fromStudy({ of: first });
    expect(await api.get(`/proposals/${next.proposalId}/preview`)).toMatchObject({ branch: first.branch });
    expect((await api.open(next.proposalId)).status).toBe("pr_opened");
  });
});

describe("rejecting a proposal", () => {
  it("whose pull request is open closes it with the reason and deletes the branch", async () => {
    const { api, sandbox } = service;
    const scenario = await createScenario(service);
    const { proposalId, branch } = await scenario.fromStudy();
    const opened = await api.open(proposalId);

    expect((await reject(proposalId, "The lift is <b>not</b> real")).status).toBe(200);

    await untilEvent(proposalId, "branch_deleted");
    expect(await api.proposal(proposalId)).toMatchObject({
      status: "rejected",
      rejected_reason: "The lift is <b>not</b> real",
      pr_state: "closed",
      pr_url: opened.pr_url,
    });
    const [pull] = await sandbox.pulls(scenario.repository.id);
    expect(pull).toMatchObject({ state: "closed", merged: false });
    expect(await sandbox.branchTip(scenario.repository.id, branch)).toBeNull();
    const comments = await sandbox.comments(scenario.repository.id, pull?.number ?? 0);
    expect(comments.at(-1)?.body).toContain("The lift is");
    expect(comments.at(-1)?.body).not.toContain("<b>");
  });

  it("between the push and the record closes the pull request, deletes the branch, and leaves pr_url null", async () => {
    const { api, sandbox } = service;
    const scenario = await createScenario(service);
    const { proposalId, branch } = await scenario.fromStudy();
    const held = sandbox.faults.add({ ...pullOf(scenario), fault: { kind: "hold", when: "after" } });
    await api.press(proposalId);
    await sandbox.faults.held(held);

    expect((await reject(proposalId)).status).toBe(200);
    sandbox.faults.remove(held);

    await untilEvent(proposalId, "branch_deleted");
    expect(await api.proposal(proposalId)).toMatchObject({
      status: "rejected",
      pr_url: null,
      pr_number: null,
    });
    const pulls = await sandbox.pulls(scenario.repository.id);
    expect(pulls.map(({ state }) => state)).toEqual(["closed"]);
    expect(await sandbox.branchTip(scenario.repository.id, branch)).toBeNull();
  });

  it("after a failure that left a branch lets the study's next proposal open", async () => {
    const { api, sandbox } = service;
    const scenario = await createScenario(service);
    const first = await scenario.fromStudy();
    const refused = { kind: "answer", status: 422, body: { message: "Validation Failed" } } as const;
    sandbox.faults.add({ ...pullOf(scenario), fault: refused });
    const failed = await api.open(first.proposalId);
    expect(await sandbox.branchTip(scenario.repository.id, first.branch)).toBe(failed.pr_head_sha);

    expect((await reject(first.proposalId)).status).toBe(200);
    const next = await scenario.fromStudy({ of: first });
    const opened = await api.open(next.proposalId);

    expect(opened).toMatchObject({ status: "pr_opened", pr_branch: first.branch });
    expect(opened.pr_head_sha).not.toBe(failed.pr_head_sha);
    expect((await sandbox.pulls(scenario.repository.id)).map(({ state }) => state)).toEqual(["open"]);
  });

  it("never deletes a person's commits: the pull request is closed, the branch stays", async () => {
    const { api, sandbox } = service;
    const scenario = await createScenario(service);
    const { proposalId, branch } = await scenario.fromStudy();
    await api.open(proposalId);
    const files = { [scenario.path]: PARAMS_FILE.replace("2.0", "4.0") };
    const theirs = await sandbox.pushAs("bob", scenario.repository.id, branch, files, {
      message: "My own idea",
    });
    await reject(proposalId);
    await untilEvent(proposalId, "pr_closed");
    await expect.poll(async () => (await sandbox.pulls(scenario.repository.id))[0]?.state).toBe("closed");
    expect(await sandbox.branchTip(scenario.repository.id, branch)).toBe(theirs);
  });

  it("closes its pull request also where nobody may comment", async () => {
    const { api, sandbox } = service;
    const scenario = await createScenario(service);
    const { proposalId, branch } = await scenario.fromStudy();
    await api.open(proposalId);
    const path = `/api/v3/repos/${scenario.repository.full_name}/issues/*/comments`;
    const fault = { kind: "answer", status: 403, body: { message: "Conversation is locked" } } as const;
    const locked = sandbox.faults.add({ method: "POST", path, fault, times: null });
    await reject(proposalId);
    await untilEvent(proposalId, "branch_deleted");
    sandbox.faults.remove(locked);
    expect((await sandbox.pulls(scenario.repository.id)).map(({ state }) => state)).toEqual(["closed"]);
    expect(await sandbox.branchTip(scenario.repository.id, branch)).toBeNull();
  });

  it("tells of the closing although the run that closed it died before it could", async () => {
    const { api, sandbox } = service;
    const scenario = await createScenario(service);
    const { proposalId } = await scenario.fromStudy();
    const { pr_number } = await api.open(proposalId);
    const path = `/api/v3/repos/${scenario.repository.full_name}/pulls/${pr_number}`;
    sandbox.faults.add({ method: "PATCH", path, fault: { kind: "drop", when: "after" } });
    await reject(proposalId);
    await untilEvent(proposalId, "branch_deleted");
    expect(await eventKinds(proposalId)).toContain("pr_closed");
    expect((await api.proposal(proposalId)).pr_state).toBe("closed");
  });

  it("that was never pressed changes nothing on GitHub", async () => {
    const { sandbox } = service;
    const scenario = await createScenario(service);
    const id = await scenario.byHand();
    expect((await reject(id)).status).toBe(200);
    expect(await sandbox.pulls(scenario.repository.id)).toEqual([]);
    const again = await reject(id);
    expect([again.status, again.body.detail.error_code]).toEqual([409, "INVALID_STATE_TRANSITION"]);
  });

  it("whose pull request was merged meanwhile ends merged, and says so", async () => {
    const { api, sandbox } = service;
    const scenario = await createScenario(service);
    const { proposalId } = await scenario.fromStudy();
    const { pr_number } = await api.open(proposalId);
    await sandbox.mergePull(scenario.repository.id, pr_number ?? 0);
    await reject(proposalId);
    await untilEvent(proposalId, "branch_deleted");
    expect(await eventKinds(proposalId)).toContain("pr_merged");
    expect(await api.proposal(proposalId)).toMatchObject({
      status: "pr_merged",
      pr_state: "merged",
      pr_number,
    });
    const again = await reject(proposalId);
    expect([again.status, again.body.detail.error_code]).toEqual([409, "INVALID_STATE_TRANSITION"]);
  });
});
