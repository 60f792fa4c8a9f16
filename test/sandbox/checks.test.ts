import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createRestWorld, REPO, type RestWorld } from "./rest-world.ts";

const R = `/repos/${REPO}`;

let world: RestWorld;
beforeAll(async () => {
  world = await createRestWorld();
});
afterAll(() => world.close());

const send = (method: string, path: string, body?: object) =>
  world.client.send(method, R + path, { authorization: world.token, ...(body ? { body } : {}) });
const runs = async (query = "") => (await send("GET", `/commits/${world.headSha}/check-runs${query}`)).body;
const suites = async (query = "") =>
  (await send("GET", `/commits/${world.headSha}/check-suites${query}`)).body;

describe("a check of another app", () => {
  it("goes from queued to completed as one run, and begins anew after that", async () => {
    const { sandbox } = world;
    const first = await sandbox.reportCheck(REPO, 1, { status: "queued", title: "Waiting" });
    expect((await send("GET", `/check-runs/${first.id}`)).body).toMatchObject({
      name: "build",
      status: "queued",
      conclusion: null,
      app: { slug: "ci" },
      output: { title: "Waiting" },
    });
    expect(await sandbox.reportCheck(REPO, 1, { status: "in_progress" })).toEqual(first);
    expect(await sandbox.reportCheck(REPO, 1, { conclusion: "timed_out" })).toEqual(first);
    const second = await sandbox.reportCheck(REPO, 1, { conclusion: "success" });
    expect(second).not.toEqual(first);
    expect((await runs("?check_name=build")).check_runs).toMatchObject([{ id: second.id }]);
    expect((await runs("?check_name=build&filter=all")).total_count).toBe(2);
  });

  it("can't be changed by ours, and isn't hidden by one of ours of the same name", async () => {
    const { sandbox, headSha } = world;
    const { id } = await sandbox.reportCheck(REPO, 1, { app: "lint", name: "same", conclusion: "failure" });
    const refused = await send("PATCH", `/check-runs/${id}`, { conclusion: "success" });
    expect(refused).toMatchObject({
      status: 403,
      body: { message: "Resource not accessible by integration" },
    });
    const ours = await send("POST", "/check-runs", { name: "same", head_sha: headSha });
    const both = await runs("?check_name=same");
    expect(both.check_runs.map((run: { id: number }) => run.id).toSorted()).toEqual(
      [id, ours.body.id].toSorted(),
    );
    const { app } = ours.body;
    expect((await runs(`?check_name=same&app_id=${app.id}`)).check_runs).toMatchObject([
      { id: ours.body.id },
    ]);
    expect((await runs("?app_id=1")).total_count).toBe(0);
  });

  it("is asked to run again without ours hearing of it", async () => {
    const { sandbox } = world;
    const heard: string[] = [];
    const stop = sandbox.hooks.onPayload(({ event, action }) => heard.push(`${event}.${action}`));
    const { id } = await sandbox.reportCheck(REPO, 1, { app: "deploy" });
    await sandbox.rerunCheck(REPO, id);
    await sandbox.hooks.idle();
    stop();
    expect(heard).not.toContain("check_run.rerequested");
    await expect(sandbox.rerunCheck(REPO, 1)).rejects.toThrow("Not Found");
  });
});

describe("check runs of a commit", () => {
  it("come in pages, and by the status of the latest ones", async () => {
    const total = (await runs()).total_count;
    const first = await send("GET", `/commits/${world.headSha}/check-runs?per_page=1`);
    expect(first.body).toMatchObject({ total_count: total, check_runs: { length: 1 } });
    expect(first.headers.get("link")).toContain('rel="next"');
    await send("POST", "/check-runs", { name: "again", head_sha: world.headSha, status: "queued" });
    await send("POST", "/check-runs", { name: "again", head_sha: world.headSha, conclusion: "success" });
    expect((await runs("?status=queued&check_name=again")).total_count).toBe(0);
    expect((await runs("?status=queued&check_name=again&filter=all")).total_count).toBe(1);
  });
});

describe("check suites", () => {
  it("hold the runs of one app on one commit, and sum them up", async () => {
    const { sandbox } = world;
    await sandbox.reportCheck(REPO, 1, { app: "suite", name: "a", conclusion: "success" });
    const { id } = await sandbox.reportCheck(REPO, 1, { app: "suite", name: "b", status: "in_progress" });
    const run = (await send("GET", `/check-runs/${id}`)).body;
    const suite = async () => (await suites(`?app_id=${run.app.id}`)).check_suites[0];
    expect(await suite()).toMatchObject({
      id: run.check_suite.id,
      head_branch: "relyloop/study-1",
      status: "in_progress",
      conclusion: null,
      latest_check_runs_count: 2,
      pull_requests: [{ number: 1 }],
    });
    await sandbox.reportCheck(REPO, 1, { app: "suite", name: "b", conclusion: "failure" });
    expect(await suite()).toMatchObject({ status: "completed", conclusion: "failure" });
    await sandbox.reportCheck(REPO, 1, { app: "suite", name: "b", conclusion: "success" });
    expect(await suite()).toMatchObject({ status: "completed", conclusion: "success" });
    expect((await suites("?check_name=nothing")).total_count).toBe(0);
  });
});

describe("statuses of a commit", () => {
  it("come in pages while the state sums up all of them", async () => {
    const { sandbox } = world;
    for (const context of ["one", "two", "three"])
      await sandbox.setStatus(REPO, 1, { state: context === "one" ? "error" : "success", context });
    const page = await send("GET", `/commits/${world.headSha}/status?per_page=1&page=2`);
    expect(page.body).toMatchObject({ state: "failure", total_count: 4, statuses: { length: 1 } });
    expect(page.headers.get("link")).toContain('rel="next"');
  });
});
