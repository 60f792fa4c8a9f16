import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createScenario } from "../support/scenario.ts";
import { startTestService, type TestService } from "../support/service.ts";
import { startProcess } from "../support/service-processes.ts";

let service: TestService;
beforeAll(async () => {
  service = await startTestService();
});
afterAll(() => service.close());

describe("every kind of process", () => {
  it.each(["webUrl", "workerUrl"] as const)(
    "tells its health and readiness without a token (%s)",
    async (which) => {
      const url = service.running[which];
      expect((await fetch(`${url}/healthz`)).status).toBe(200);
      const ready = await fetch(`${url}/readyz`);
      expect(ready.status).toBe(200);
      expect(await ready.json()).toMatchObject({
        checks: { database: { ok: true }, queue: { ok: true }, schema: { ok: true } },
      });
    },
  );

  it.each(["webUrl", "workerUrl"] as const)(
    "shows metrics to a token of that scope only (%s)",
    async (which) => {
      const url = `${service.running[which]}/metrics`;
      const get = (token: string) => fetch(url, { headers: { authorization: `Bearer ${token}` } });
      expect((await fetch(url)).status).toBe(401);
      expect((await get(service.readerToken)).status).toBe(403);
      const answer = await get(service.token);
      expect(answer.headers.get("content-type")).toContain("text/plain");
      expect(await answer.text()).toContain("relyloop_queue_jobs{");
    },
  );

  it("counts what the job did in the metrics of the process that did it", async () => {
    const scenario = await createScenario(service);
    await service.api.open(await scenario.byHand());
    const metrics = await fetch(`${service.running.workerUrl}/metrics`, {
      headers: { authorization: `Bearer ${service.token}` },
    }).then((answer) => answer.text());
    expect(metrics).toMatch(/relyloop_open_pr_total\{outcome="opened"\} [1-9]/);
    expect(metrics).toMatch(/relyloop_open_pr_step_seconds_count\{step="push_branch"\} [1-9]/);
    expect(metrics).toMatch(
      /relyloop_github_requests_total\{route="POST \/repos\/\{owner\}\/\{repo\}\/pulls",status="201"\} [1-9]/,
    );
  });
});

describe("a worker that is killed", () => {
  it("has its job taken over by another one, which finishes it", async () => {
    const { sandbox, running, environment } = service;
    await running.close();
    const web = await startProcess("web", environment);
    const first = await startProcess("worker", environment);
    const own = { ...service, api: service.apiAt(web.url) };
    try {
      const scenario = await createScenario(own);
      const { proposalId } = await scenario.fromStudy();
      const held = sandbox.faults.add({
        method: "POST",
        path: `/api/v3/repos/${scenario.repository.full_name}/pulls`,
        fault: { kind: "hold", when: "after" },
      });
      await own.api.press(proposalId);
      await sandbox.faults.held(held);
      first.child.kill("SIGKILL");
      const second = await startProcess("worker", environment);
      try {
        // Its heartbeat has to run out for real: at most 15 s.
        const opened = await own.api.until(proposalId, ({ status }) => status === "pr_opened");
        expect(opened.pr_state).toBe("open");
        expect(await sandbox.pulls(scenario.repository.id)).toHaveLength(1);
        expect(await sandbox.comments(scenario.repository.id, opened.pr_number ?? 0)).toHaveLength(1);
      } finally {
        sandbox.faults.remove(held);
        expect(await second.stop()).toBe(0);
      }
    } finally {
      expect(await web.stop()).toBe(0);
    }
  });
});
