import { setImmediate } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { appendEvent } from "../../../src/db/events-store.ts";
import { STEP_NAMES } from "../../../src/jobs/open-pr/fence.ts";
import { nameOf, useSandboxRuns } from "./sandbox-runs.ts";

const runs = useSandboxRuns();

/** A repository, a proposal for it, and a worker; with the requests counted from here on. */
const setUp = async (files: Record<string, string> = {}) => {
  const repository = await runs.addRepository(files);
  const proposalId = await repository.addProposal();
  const worker = runs.startWorker();
  runs.sandbox.clearRequests();
  return { repository, proposalId, ...worker };
};

const asked = () => runs.sandbox.requests().map(nameOf);

const hold = (method: string, path: string, skip = 0) =>
  runs.sandbox.faults.add({ method, path, skip, fault: { kind: "hold", when: "before" } });

const TIPS = "POST git-upload-pack";
const FETCH = "POST git-upload-pack";
const PUSH = "POST git-receive-pack";

describe("what a run asks of GitHub", () => {
  it("the second time in a repository is the tips, the push, the pull request and the comment, in this order", async () => {
    const { repository, proposalId, run } = await setUp();
    await run(proposalId);
    const second = await repository.addProposal();
    runs.sandbox.clearRequests();
    await run(second);
    expect(asked()).toEqual([TIPS, PUSH, "POST /pulls", "POST /issues/2/comments"]);
    expect(await runs.rowOf(second)).toMatchObject({ status: "pr_opened", pr_number: 2 });
  });

  it("when the base has moved since is one fetch more", async () => {
    const { repository, proposalId, run } = await setUp();
    await run(proposalId);
    const { sandbox } = runs;
    const moved = await sandbox.pushAs("alice", repository.id, "main", { "NEWS.md": "Something else\n" });
    const second = await repository.addProposal();
    sandbox.clearRequests();
    await run(second);
    expect(asked()).toEqual([TIPS, FETCH, PUSH, "POST /pulls", "POST /issues/2/comments"]);
    expect(await runs.rowOf(second)).toMatchObject({ status: "pr_opened", pr_base_sha: moved });
  });

  it("the first time is each thing once, and nothing is looked for that nobody can have left", async () => {
    const { proposalId, run } = await setUp();
    await run(proposalId);
    const rest = asked().filter((name) => !name.endsWith("git-upload-pack"));
    expect(rest.sort()).toEqual(
      [
        "GET /app",
        "GET /users/relyloop%5Bbot%5D",
        "GET info/refs",
        "POST /app/installations/".concat(`${await installationIdOf(proposalId)}/access_tokens`),
        "POST /issues/1/comments",
        "POST /pulls",
        PUSH,
      ].sort(),
    );
  });

  it("brings what has to be known of the chart's folder with the requests for the file", async () => {
    const fetches = [];
    for (const path of ["search/README.md", ".relyloop/digest-charts/earlier.png"]) {
      const { proposalId, run } = await setUp({ [path]: "Something else" });
      await run(proposalId);
      fetches.push(asked().filter((name) => name === FETCH).length);
    }
    expect(fetches[1]).toBe(fetches[0]);
  });
});

describe("the timeline of a run", () => {
  it("has its steps in the order they began, whatever went on side by side", async () => {
    const { proposalId, run } = await setUp();
    await run(proposalId);
    const events = await runs.eventsOf(proposalId);
    expect(events.map(({ kind, data }) => data.step ?? kind)).toEqual([
      "open_pr_started",
      ...STEP_NAMES,
      "pr_opened",
    ]);
  });

  it("does not hold up what is read; a push waits until it is told", async () => {
    const { proposalId, run, stepsDone } = await setUp();
    const { id: other } = await runs.rowOf(await (await runs.addRepository()).addProposal());
    runs.sandbox.clearRequests();
    let running: Promise<void> | undefined;
    await runs.db.transaction().execute(async (trx) => {
      // Whoever appends an event keeps the others waiting until they commit.
      await appendEvent(trx, { proposalId: other, kind: "proposal_created" });
      running = run(proposalId);
      await expect.poll(stepsDone).toContain("build_commits");
      expect(await runs.eventsOf(proposalId)).toEqual([]);
      expect(asked()).not.toContain(PUSH);
    });
    await running;
    expect(await runs.rowOf(proposalId)).toMatchObject({ status: "pr_opened" });
  });
});

describe("side by side", () => {
  it.each([
    ["the tips are", 0],
    ["the file is", 1],
  ])("the chart is done while %s read", async (_what, skip) => {
    const { repository, proposalId, run, stepsDone } = await setUp();
    const held = hold("POST", `/${repository.full_name}.git/git-upload-pack`, skip);
    const running = run(proposalId);
    await runs.sandbox.faults.held(held);
    await expect.poll(stepsDone).toContain("render_chart");
    expect(stepsDone()).not.toContain("read_params");
    runs.sandbox.faults.remove(held);
    await running;
    expect(await runs.rowOf(proposalId)).toMatchObject({ status: "pr_opened" });
  });

  it("tips and file are read while the chart is drawn, and the commits wait for it", async () => {
    const repository = await runs.addRepository();
    const proposalId = await repository.addProposal();
    const chart = Promise.withResolvers<Uint8Array>();
    const { run, stepsDone } = runs.startWorker(() => chart.promise);
    runs.sandbox.clearRequests();
    const running = run(proposalId);
    await expect.poll(stepsDone).toContain("read_params");
    expect(stepsDone()).not.toContain("render_chart");
    expect(asked()).not.toContain(PUSH);
    chart.resolve(Buffer.from("PNG"));
    await running;
    expect(await runs.rowOf(proposalId)).toMatchObject({ status: "pr_opened" });
  });

  it("who the bot is gets asked for while the token is minted", async () => {
    const { proposalId, run } = await setUp();
    const held = hold("POST", "*/access_tokens");
    const running = run(proposalId);
    await runs.sandbox.faults.held(held);
    await runs.answered("GET /app");
    runs.sandbox.faults.remove(held);
    await running;
    expect(await runs.rowOf(proposalId)).toMatchObject({ status: "pr_opened" });
  });

  it("the file is read while the bot's id is asked for, and the commits wait for that", async () => {
    const { proposalId, run, stepsDone } = await setUp();
    const held = hold("GET", "/api/v3/users/*");
    const running = run(proposalId);
    await runs.sandbox.faults.held(held);
    await expect.poll(stepsDone).toContain("read_params");
    expect(asked()).not.toContain(PUSH);
    runs.sandbox.faults.remove(held);
    await running;
    const { pr_head_sha } = await runs.rowOf(proposalId);
    expect(pr_head_sha).not.toBeNull();
  });
});

describe("a run that ends early", () => {
  it("does not wait for an answer it has no use for any more", async () => {
    const { repository, proposalId, run, logged } = await setUp();
    const { db, sandbox } = runs;
    const gone = { pr_base_branch: "gone" };
    await db.updateTable("config_repos").set(gone).where("id", "=", repository.configRepoId).execute();
    const held = hold("GET", "/api/v3/app");
    await run(proposalId);
    expect(sandbox.faults.list()).toMatchObject([{ id: held, applied: 1 }]);
    expect(logged).toContainEqual(
      expect.objectContaining({ event: "pr_open_failed", error_code: "CLONE_FAILED", step: "read_tips" }),
    );
    const events = await runs.eventsOf(proposalId);
    expect(events.at(-1)).toMatchObject({ kind: "open_pr_failed", data: { code: "CLONE_FAILED" } });
  });

  it("has its end on the timeline after its steps", async () => {
    const { repository, proposalId, run, stepsDone } = await setUp();
    const { id: other } = await runs.rowOf(await repository.addProposal());
    const gone = { pr_base_branch: "gone" };
    await runs.db.updateTable("config_repos").set(gone).where("id", "=", repository.configRepoId).execute();
    let running: Promise<void> | undefined;
    await runs.db.transaction().execute(async (trx) => {
      await appendEvent(trx, { proposalId: other, kind: "proposal_created" });
      running = run(proposalId);
      await expect.poll(stepsDone).toContain("read_tips");
    });
    await running;
    const events = await runs.eventsOf(proposalId);
    expect(events.map(({ kind, data }) => data.step ?? kind).slice(-2)).toEqual([
      "read_tips",
      "open_pr_failed",
    ]);
  });

  it("because its process stops ends after its chart, and is left for another run", async () => {
    const repository = await runs.addRepository();
    const proposalId = await repository.addProposal();
    const chart = Promise.withResolvers<Uint8Array>();
    const { run } = runs.startWorker(() => chart.promise);
    const stopping = new AbortController();
    const held = hold("POST", `/${repository.full_name}.git/git-upload-pack`);
    let ended = false;
    const running = run(proposalId, stopping.signal).finally(() => {
      ended = true;
    });
    await runs.sandbox.faults.held(held);
    stopping.abort(new Error("the process is stopping"));
    // Time enough for a run that would not wait.
    for (let turns = 0; turns < 100; turns++) await setImmediate();
    expect(ended).toBe(false);
    chart.resolve(Buffer.from("PNG"));
    await expect(running).rejects.toThrow();
    expect(await runs.rowOf(proposalId)).toMatchObject({ status: "pending", open_pr_state: "running" });
  });
});

const installationIdOf = async (proposalId: string): Promise<string> => {
  const { auth_ref } = await runs.db
    .selectFrom("proposals")
    .innerJoin("clusters", "clusters.id", "proposals.cluster_id")
    .innerJoin("config_repos", "config_repos.id", "clusters.config_repo_id")
    .select("config_repos.auth_ref")
    .where("proposals.id", "=", proposalId)
    .executeTakeFirstOrThrow();
  return auth_ref;
};
