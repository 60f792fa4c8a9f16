import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { listHeads } from "../../../src/db/heads-store.ts";
import { createScenario, type Scenario } from "../../support/scenario.ts";
import { startTestService, type TestService } from "../../support/service.ts";

let service: TestService;
beforeAll(async () => {
  service = await startTestService();
});
afterAll(async () => {
  service.sandbox.faults.clear();
  expect(service.violations).toEqual([]);
  await service.close();
});

const requestTo = ({ repository }: Scenario) => ({
  push: { method: "POST", path: `/${repository.full_name}*/git-receive-pack` },
  openPull: { method: "POST", path: `/api/v3/repos/${repository.full_name}/pulls` },
  findPulls: { method: "GET", path: `/api/v3/repos/${repository.full_name}/pulls` },
});

const sentTo = ({ repository }: Scenario, method: string, end: string): number =>
  service.sandbox
    .requests()
    .filter((request) => request.method === method && request.path.endsWith(`${repository.name}${end}`))
    .length;

/** Presses, changes something while the first run is held at a request, and lets its worker die there. */
const dieAt = async (
  proposalId: string,
  fault: { method: string; path: string; when: "before" | "after" },
  change: () => Promise<unknown>,
) => {
  const { api, db, sandbox } = service;
  const { when, ...request } = fault;
  const held = sandbox.faults.add({ ...request, fault: { kind: "hold", when } });
  await api.press(proposalId);
  await sandbox.faults.held(held);
  await change();
  // The worker keeps its job alive every 3 s, so more than one try may be needed.
  const letDie = sql`
    UPDATE pgboss.job SET heartbeat_on = now() - interval '1 hour'
    WHERE data->>'proposal_id' = ${proposalId} AND retry_count = 0 AND state = 'active' RETURNING id`;
  await expect.poll(async () => (await letDie.execute(db)).rows, { interval: 100 }).toEqual([]);
  const ended = await api.until(proposalId, ({ status }) => status !== "pending");
  sandbox.faults.remove(held);
  return ended;
};

describe("a run that follows one which died", () => {
  it("before its push arrived builds the same commits, though the base has moved", async () => {
    const { db, sandbox } = service;
    const scenario = await createScenario(service);
    const { id } = scenario.repository;
    const { proposalId } = await scenario.fromStudy();
    const base = await sandbox.branchTip(id, "main");
    const opened = await dieAt(proposalId, { ...requestTo(scenario).push, when: "before" }, () =>
      sandbox.pushAs("alice", id, "main", { "NEWS.md": "Something else\n" }),
    );
    expect(opened).toMatchObject({ status: "pr_opened", pr_base_sha: base });
    expect(await listHeads(db, proposalId)).toMatchObject([{ head_sha: opened.pr_head_sha }]);
    expect(await sandbox.pulls(id)).toHaveLength(1);
  });

  it("after its push opens the pull request for the base branch that was pushed for", async () => {
    const { api, sandbox } = service;
    const scenario = await createScenario(service);
    const { id } = scenario.repository;
    await sandbox.git(id, "branch", "release", "main");
    const { proposalId } = await scenario.fromStudy();
    await dieAt(proposalId, { ...requestTo(scenario).push, when: "after" }, () =>
      api.request("PATCH", `/config-repos/${scenario.configRepoId}`, { body: { pr_base_branch: "release" } }),
    );
    expect((await sandbox.pulls(id)).map(({ base }) => base.ref)).toEqual(["main"]);
  });

  it("after its pull request, which a person has closed since, records it as closed and adds no comment", async () => {
    const { sandbox } = service;
    const scenario = await createScenario(service);
    const { id } = scenario.repository;
    const { proposalId } = await scenario.fromStudy();
    const recorded = await dieAt(proposalId, { ...requestTo(scenario).openPull, when: "after" }, async () => {
      const [pull] = await sandbox.pulls(id);
      await sandbox.closePull(id, pull?.number ?? 0);
    });
    expect(recorded).toMatchObject({ status: "pr_opened", pr_state: "closed" });
    expect(await sandbox.pulls(id)).toHaveLength(1);
    expect(await sandbox.comments(id, recorded.pr_number ?? 0)).toEqual([]);
  });
});

describe("a write that is about to be sent again", () => {
  it("is not, once the proposal was rejected: the fence is asked right before it", async () => {
    const { api, sandbox } = service;
    const scenario = await createScenario(service);
    const { proposalId, branch } = await scenario.fromStudy();
    const { openPull, findPulls } = requestTo(scenario);
    sandbox.faults.add({ ...openPull, fault: { kind: "answer", status: 502 } });
    // It is not known whether the first one had its effect, so the job looks.
    const looking = sandbox.faults.add({ ...findPulls, fault: { kind: "hold", when: "before" } });
    await api.press(proposalId);
    await sandbox.faults.held(looking);
    await api.post(`/proposals/${proposalId}/reject`, {});
    sandbox.faults.remove(looking);

    const branchOnGithub = () => sandbox.branchTip(scenario.repository.id, branch);
    await expect.poll(branchOnGithub).toBeNull();
    expect(sentTo(scenario, "POST", "/pulls")).toBe(1);
    expect(await sandbox.pulls(scenario.repository.id)).toEqual([]);
    expect(await api.proposal(proposalId)).toMatchObject({ status: "rejected", pr_url: null });
  });
});

describe("secrets that got into what a study is made of", () => {
  const SECRETS = [
    "ghs_16C7e42F292c6912E7710c838347Ae178B4a",
    "https://relyloop:hunter2hunter2@db.internal/x",
    `v1.${"0a1b2c3d4e".repeat(4)}`,
  ];
  /** As a reader of the page sees it: without what keeps GitHub from formatting and linking. */
  const asRead = (text: string): string =>
    text
      .replaceAll(/[\\\u200b]/g, "")
      .replaceAll(/&#(\d+);/g, (_entity, code) => String.fromCodePoint(Number(code)));

  it.each(SECRETS)(
    "show neither in the preview nor in anything that leaves for GitHub: %s",
    async (secret) => {
      const { api, db, sandbox } = service;
      const scenario = await createScenario(service);
      const { id } = scenario.repository;
      const { proposalId, studyId, branch } = await scenario.fromStudy();
      const rename = { name: `${secret} of ${studyId}` };
      await db.updateTable("studies").set(rename).where("id", "=", studyId).execute();
      await db.updateTable("clusters").set(rename).where("id", "=", scenario.clusterId).execute();
      const narrative = `It was \`${secret}\` and ${secret}.`;
      await db.updateTable("digests").set({ narrative }).where("study_id", "=", studyId).execute();

      const { title, body } = await api.get<{ title: string; body: string }>(
        `/proposals/${proposalId}/preview`,
      );
      const { pr_number } = await api.open(proposalId);
      const [pull] = await sandbox.pulls(id);
      const [message] = (await sandbox.git(id, "log", "-1", "--format=%B", `${branch}^`)).split("\0");
      const [comment] = await sandbox.comments(id, pr_number ?? 0);
      for (const text of [title, body, pull?.title, pull?.body, message, comment?.body]) {
        expect(asRead(`${text}`)).toContain("[redacted]");
        expect(asRead(`${text}`)).not.toContain(secret.slice(12, 30));
      }
    },
  );
});
