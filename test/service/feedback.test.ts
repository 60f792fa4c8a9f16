import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { State } from "../../sandbox/state/model.ts";
import { createScenario } from "../support/scenario.ts";
import { startTestService, type TestService } from "../support/service.ts";

/** What the app says on a pull request beyond its comment: a check, and answers to commands. */
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

const openedPull = async () => {
  const scenario = await createScenario(service);
  const { proposalId } = await scenario.fromStudy();
  const { pr_number, pr_head_sha } = await service.api.open(proposalId);
  return {
    scenario,
    repo: scenario.repository.id,
    number: pr_number ?? 0,
    head: pr_head_sha ?? "",
    proposalId,
  };
};

interface CheckRun {
  id: number;
  head_sha: string;
  external_id: string | null;
  conclusion: string | null;
  summary: string;
}
/** What this GitHub remembers. */
const state = async (): Promise<State> =>
  JSON.parse(await readFile(join(service.dataDir, "sandbox", "state.json"), "utf8")) as State;

const checksOn = async (repo: number, sha: string): Promise<CheckRun[]> =>
  (await state()).check_runs
    .filter(({ repository_id, head_sha }) => repository_id === repo && head_sha === sha)
    .filter(({ name }) => name === "relyloop/proposal")
    .map(({ id, head_sha, external_id, conclusion, output }) => ({
      id,
      head_sha,
      external_id,
      conclusion,
      summary: output.summary ?? "",
    }));
const untilCheck = async (repo: number, sha: string, wanted: object): Promise<CheckRun> => {
  await expect.poll(async () => (await checksOn(repo, sha))[0]).toMatchObject(wanted);
  expect(await checksOn(repo, sha)).toHaveLength(1);
  return (await checksOn(repo, sha))[0] as CheckRun;
};

describe("the check", () => {
  it("stands on the head with metrics, validation and chart; drift shows in it after a re-run", async () => {
    const { sandbox } = service;
    const { scenario, repo, number, head, proposalId } = await openedPull();
    const run = await untilCheck(repo, head, { external_id: proposalId, conclusion: "success" });
    expect(run.summary).toContain("ndcg@10");
    expect(run.summary).toContain(`/blob/${head}/.relyloop/digest-charts/`);

    const drifted = (await sandbox.git(repo, "show", `main:${scenario.path}`)).replace("2.0", "2.7");
    await sandbox.pushAs("alice", repo, "main", { [scenario.path]: drifted });
    await sandbox.rerunCheck(repo, run.id);
    const again = await untilCheck(repo, head, { conclusion: "neutral" });
    expect(again.id).toBe(run.id);
    expect(again.summary).toContain("2.7");
    expect((await sandbox.comments(repo, number)).length).toBe(1);
  });

  it("is made anew on commits that people push on top", async () => {
    const { sandbox } = service;
    const { repo, number, proposalId, head } = await openedPull();
    await untilCheck(repo, head, { conclusion: "success" });
    const theirs = await sandbox.pushToHead(repo, number);
    await untilCheck(repo, theirs, { external_id: proposalId });
  });
});

describe("a command in a comment", () => {
  const reactions = async (comment: number) =>
    (await state()).reactions
      .filter(({ comment_id }) => comment_id === comment)
      .map(({ content }) => content);

  it("/relyloop refresh brings drift into body and check, and is answered with a reaction", async () => {
    const { sandbox } = service;
    const { scenario, repo, number, head } = await openedPull();
    await untilCheck(repo, head, { conclusion: "success" });
    const drifted = (await sandbox.git(repo, "show", `main:${scenario.path}`)).replace("2.0", "2.7");
    await sandbox.pushAs("alice", repo, "main", { [scenario.path]: drifted });
    const { id } = await sandbox.commentOnPull(repo, number, { body: "/relyloop refresh" });
    await expect.poll(() => reactions(id)).toEqual(["+1"]);
    await untilCheck(repo, head, { conclusion: "neutral" });
    const body = async () => (await sandbox.pulls(repo))[0]?.body;
    await expect.poll(body).toContain("2.7");
  });

  it("/relyloop reject closes the pull request with the reason, in the person's name", async () => {
    const { api, sandbox } = service;
    const { repo, number, proposalId } = await openedPull();
    await sandbox.commentOnPull(repo, number, { body: "/relyloop reject Not before the sale." });
    const rejected = await api.until(
      proposalId,
      ({ status, pr_state }) => status === "rejected" && pr_state === "closed",
    );
    expect(rejected.rejected_reason).toBe("Not before the sale.");
    const { data } = await api.get<{ data: { kind: string; actor: string | null }[] }>(
      `/proposals/${proposalId}/events?limit=200`,
    );
    expect(data.find(({ kind }) => kind === "proposal_rejected")?.actor).toContain("alice");
    await expect.poll(async () => (await sandbox.pulls(repo))[0]?.state).toBe("closed");
  });

  it("of somebody who can't write is refused with an explanation, and changes nothing", async () => {
    const { api, sandbox } = service;
    const { repo, number, proposalId } = await openedPull();
    const comment = await sandbox.commentOnPull(repo, number, {
      person: "mallory",
      body: "/relyloop reject I do not like it",
    });
    await expect.poll(() => reactions(comment.id)).toHaveLength(1);
    const answer = async () => (await sandbox.comments(repo, number)).at(-1);
    await expect.poll(answer).toMatchObject({ user: sandbox.app.bot_login });
    expect((await answer())?.body).toMatch(/write/);
    expect((await api.proposal(proposalId)).status).toBe("pr_opened");
  });
});
