import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createScenario } from "../support/scenario.ts";
import { startTestService, type TestService } from "../support/service.ts";

let service: TestService;
beforeAll(async () => {
  service = await startTestService();
});
afterAll(async () => {
  expect(service.violations).toEqual([]);
  await service.close();
});

describe("opening a pull request", () => {
  it("of a study makes two commits by the bot, a pull request and a comment with the chart", async () => {
    const { api, sandbox } = service;
    const scenario = await createScenario(service);
    const { id } = scenario.repository;
    const { proposalId, studyId, branch } = await scenario.fromStudy();
    const base = await sandbox.branchTip(id, "main");

    const proposal = await api.open(proposalId);

    expect(proposal).toMatchObject({
      status: "pr_opened",
      pr_state: "open",
      pr_branch: branch,
      pr_base_sha: base,
    });
    expect(await sandbox.git(id, "log", "--format=%an <%ae>|%cn|%s", `${base}..${branch}`)).toBe(
      `${BOT}|relyloop[bot]|relevance: add parameter importance chart (study ${studyId})\n` +
        `${BOT}|relyloop[bot]|relevance: tune ${scenario.templateName} params (study ${studyId})\n`,
    );
    const changed = await sandbox.git(id, "diff", "--name-status", `${base}`, branch);
    expect(changed.trim().split("\n").sort()).toEqual([
      `A\t.relyloop/digest-charts/${studyId}.png`,
      `M\t${scenario.path}`,
    ]);
    expect(await changedLines(service, scenario.repository.id, branch, scenario.path)).toEqual([
      '-  "title_boost": 2.0,',
      '+  "title_boost": 3.5,',
      '-  "phrase": { "slop": 2 }',
      '+  "phrase": { "slop": 3 }',
    ]);
    await sandbox.git(id, "fsck", "--strict", "--no-dangling");

    const [pull] = await sandbox.pulls(id);
    expect(pull).toMatchObject({ user: "relyloop[bot]", title: "RelyLoop: Nightly products study" });
    expect(pull).toMatchObject({
      html_url: proposal.pr_url,
      number: proposal.pr_number,
      base: { ref: "main" },
    });
    expect(pull?.head).toMatchObject({ ref: branch, sha: proposal.pr_head_sha });
    const comments = await sandbox.comments(id, pull?.number ?? 0);
    expect(comments.map(({ user }) => user)).toEqual(["relyloop[bot]"]);
    expect(comments[0]?.body).toContain(
      `![Parameter importance](${scenario.repository.html_url}/blob/${proposal.pr_head_sha}/.relyloop/digest-charts/${studyId}.png?raw=true)`,
    );
  });

  it("made by hand has one commit, no chart and no comment", async () => {
    const { api, sandbox } = service;
    const scenario = await createScenario(service);
    const proposal = await api.open(await scenario.byHand());
    const branch = `relyloop/proposal-${proposal.id}`;
    expect(proposal).toMatchObject({ status: "pr_opened", pr_branch: branch });
    const { id } = scenario.repository;
    expect(await sandbox.git(id, "diff", "--name-only", "main", branch)).toBe(`${scenario.path}\n`);
    const [pull] = await sandbox.pulls(id);
    expect(pull?.title).toBe(`RelyLoop manual proposal ${proposal.id.slice(-8)}`);
    expect(pull?.body).toContain("| Param | From | To |");
    expect(await sandbox.comments(id, pull?.number ?? 0)).toEqual([]);
  });

  it("names the person who pressed in the pull request and in the commit", async () => {
    const { api, sandbox } = service;
    const scenario = await createScenario(service);
    const id = await scenario.byHand();
    const headers = { "x-relyloop-actor": "Ada Lovelace" };
    await api.request("POST", `/proposals/${id}/open_pr`, { headers });
    const proposal = await api.until(id, ({ status }) => status === "pr_opened");
    const [pull] = await sandbox.pulls(scenario.repository.id);
    expect(pull?.body).toContain("Ada Lovelace");
    const message = await sandbox.git(
      scenario.repository.id,
      "log",
      "-1",
      "--format=%B",
      `${proposal.pr_head_sha}`,
    );
    expect(message).toMatch(/^Requested-by: Ada Lovelace/m);
    expect(message).toMatch(new RegExp(`^RelyLoop-Proposal: ${id}$`, "m"));
  });

  it("of two proposals for one repository at once opens both, each on the base and not on the other", async () => {
    const { api, sandbox } = service;
    const scenario = await createScenario(service);
    const { id } = scenario.repository;
    const base = await sandbox.branchTip(id, "main");
    const ids = [await scenario.byHand(), await scenario.byHand({ tie_breaker: { from: 0.3, to: 0.9 } })];
    const opened = await Promise.all(ids.map((proposal) => api.open(proposal)));
    expect(opened.map(({ status }) => status)).toEqual(["pr_opened", "pr_opened"]);
    for (const { pr_head_sha } of opened) {
      expect((await sandbox.git(id, "rev-parse", `${pr_head_sha}^`)).trim()).toBe(base);
    }
    expect(await sandbox.pulls(id)).toHaveLength(2);
  });

  it("answers 409 to a second press on an opened proposal", async () => {
    const { api, sandbox } = service;
    const scenario = await createScenario(service);
    const id = await scenario.byHand();
    await api.open(id);
    const again = await api.press(id);
    expect([again.status, again.body.detail.error_code]).toEqual([409, "INVALID_STATE_TRANSITION"]);
    expect(await sandbox.pulls(scenario.repository.id)).toHaveLength(1);
  });

  it("takes a double press for one: two answers 202, one attempt, one pull request", async () => {
    const { api, sandbox } = service;
    const scenario = await createScenario(service);
    const { proposalId } = await scenario.fromStudy();
    const presses = await Promise.all([api.press(proposalId), api.press(proposalId), api.press(proposalId)]);
    expect(presses.map(({ status }) => status)).toEqual([202, 202, 202]);
    const proposal = await api.until(proposalId, ({ status }) => status === "pr_opened");
    expect(proposal.open_pr_attempt).toBe(1);
    const pulls = await sandbox.pulls(scenario.repository.id);
    expect(pulls).toHaveLength(1);
    expect(await sandbox.comments(scenario.repository.id, pulls[0]?.number ?? 0)).toHaveLength(1);
  });

  it("states drift from what the proposal was made from, and goes on", async () => {
    const { api, sandbox } = service;
    const scenario = await createScenario(service);
    const proposal = await api.open(await scenario.byHand({ title_boost: { from: 1.25, to: 3.5 } }));
    expect(proposal.status).toBe("pr_opened");
    const [pull] = await sandbox.pulls(scenario.repository.id);
    expect(pull?.body).toContain("1.25");
  });

  it("falls back to a table when the chart can't be drawn", async () => {
    const { api, db, sandbox, running } = service;
    const scenario = await createScenario(service);
    const { proposalId, studyId, branch } = await scenario.fromStudy();
    // What another writer of the database may have left there; the API would refuse it.
    await db
      .updateTable("digests")
      .set({ parameter_importance: JSON.stringify({ title_boost: "very high" }) })
      .where("study_id", "=", studyId)
      .execute();
    const proposal = await api.open(proposalId);
    expect(proposal.status).toBe("pr_opened");
    const { id } = scenario.repository;
    expect(await sandbox.git(id, "diff", "--name-only", "main", branch)).toBe(`${scenario.path}\n`);
    const [comment] = await sandbox.comments(id, proposal.pr_number ?? 0);
    expect(comment?.body).toContain('| `title_boost` | `"very high"` |');
    expect(running.log()).toContainEqual(
      expect.objectContaining({ event: "pr_open_chart_failed", proposal_id: proposalId }),
    );
  });

  it("records the pull request although its comment failed", async () => {
    const { api, sandbox } = service;
    const scenario = await createScenario(service);
    const { proposalId } = await scenario.fromStudy();
    const path = `/api/v3/repos/${scenario.repository.full_name}/issues/*/comments`;
    const fault = { kind: "answer", status: 403, body: { message: "Comments are off" } } as const;
    const id = sandbox.faults.add({ method: "POST", path, fault, times: null });
    const proposal = await api.open(proposalId);
    sandbox.faults.remove(id);
    expect(proposal).toMatchObject({ status: "pr_opened", open_pr: { error: null } });
    expect(await sandbox.comments(scenario.repository.id, proposal.pr_number ?? 0)).toEqual([]);
  });

  it("is recorded without waiting for what is asked about the pull request afterwards", async () => {
    const { api, sandbox } = service;
    const scenario = await createScenario(service);
    const { proposalId } = await scenario.fromStudy();
    const path = `/api/v3/repos/${scenario.repository.full_name}/pulls/*`;
    const fault = { kind: "hold", when: "before" } as const;
    const id = sandbox.faults.add({ method: "GET", path, fault, times: null });
    const proposal = await api.open(proposalId);
    await sandbox.faults.held(id);
    sandbox.faults.remove(id);
    expect(proposal).toMatchObject({ status: "pr_opened", open_pr: { state: "idle" } });
  });

  it("runs again after each failure, also after the same one twice", async () => {
    const { api, sandbox } = service;
    const scenario = await createScenario(service);
    const id = await scenario.byHand();
    await sandbox.setBranchRule(scenario.repository.id, {
      kind: "creations_restricted",
      pattern: "relyloop/*",
    });
    for (const attempt of [1, 2]) {
      const failed = await api.open(id);
      expect(failed).toMatchObject({ status: "pending", open_pr: { state: "failed", attempt } });
      expect(failed.open_pr.error).toMatchObject({ code: "PUSH_REJECTED", retryable: false });
      expect(failed.open_pr.error?.message).toContain("GH013");
    }
    await sandbox.setBranchRule(scenario.repository.id, null);
    expect(await api.open(id)).toMatchObject({
      status: "pr_opened",
      open_pr_attempt: 3,
      open_pr: { error: null },
    });
  });

  it("shows in a preview what it would do, and writes nothing", async () => {
    const { api, sandbox } = service;
    const scenario = await createScenario(service);
    const { proposalId, branch } = await scenario.fromStudy();
    const preview = await api.get<{ diff: string; title: string; chart: { base64: string } }>(
      `/proposals/${proposalId}/preview`,
    );
    expect(preview).toMatchObject({ branch, base_branch: "main", path: scenario.path });
    expect(preview.diff).toContain('+  "title_boost": 3.5,');
    expect(Buffer.from(preview.chart.base64, "base64").subarray(1, 4).toString()).toBe("PNG");
    expect(await sandbox.branchTip(scenario.repository.id, branch)).toBeNull();
    expect(await sandbox.pulls(scenario.repository.id)).toEqual([]);
    await api.open(proposalId);
    const [pull] = await sandbox.pulls(scenario.repository.id);
    expect(pull?.title).toBe(preview.title);
  });
});

const BOT = "relyloop[bot] <4100001+relyloop[bot]@users.noreply.127.0.0.1>";

const changedLines = async ({ sandbox }: TestService, repository: number, branch: string, path: string) => {
  const diff = await sandbox.git(repository, "diff", "-U0", "main", branch, "--", path);
  return diff.split("\n").filter((line) => /^[+-](?![+-])/.test(line));
};
