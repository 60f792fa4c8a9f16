import { createHmac, randomUUID } from "node:crypto";
import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createScenario } from "../support/scenario.ts";
import { startTestService, type TestService } from "../support/service.ts";
import { startProcess } from "../support/service-processes.ts";

/** A service that was away, or never hears of anything, comes to the truth by itself. */
let service: TestService;
beforeAll(async () => {
  service = await startTestService();
});
afterAll(() => service.close());

/** Two processes are started twice. */
const RESTARTS_TIMEOUT_MS = 120_000;

/** As after a day. */
const age = async (db: TestService["db"]) => {
  await sql`UPDATE pull_mirrors SET due_at = now() - interval '1 day'`.execute(db);
};

describe("after a day of downtime", () => {
  it.each([{}, { WEBHOOKS: "off" }])(
    "the truth is restored by the start alone (%o)",
    async (settings) => {
      const { sandbox, running, environment, db } = service;
      await running.close();
      sandbox.hooks.clearRules();
      const env = { ...environment, ...settings };
      let [web, worker] = [await startProcess("web", env), await startProcess("worker", env)];
      const own = { ...service, api: service.apiAt(web.url) };
      const scenario = await createScenario(own);
      const { repository } = scenario;
      const [merged, open] = [
        await scenario.byHand({ title_boost: { from: 2, to: 3 } }),
        await scenario.byHand({ "phrase.slop": { from: 2, to: 4 } }),
      ];
      const pull = await own.api.open(merged);
      await own.api.open(open);
      await Promise.all([web.stop(), worker.stop()]);

      sandbox.hooks.addRule({ do: "lose", times: null });
      await sandbox.mergePull(repository.id, pull.pr_number ?? 0);
      await sandbox.renameRepository(repository.id, "while-away");
      const added = await sandbox.createRepository({ owner: repository.owner, name: "added" });
      await sandbox.hooks.idle();
      await age(db);

      [web, worker] = [await startProcess("web", env), await startProcess("worker", env)];
      const api = service.apiAt(web.url);
      try {
        await api.until(merged, ({ status }) => status === "pr_merged");
        expect((await api.proposal(open)).status).toBe("pr_opened");
        const names = async () => {
          const rows = await db
            .selectFrom("config_repos")
            .select("repo")
            .where("github_repo_id", "in", [repository.id, added.id])
            .orderBy("created_at")
            .execute();
          return rows.map(({ repo }) => repo);
        };
        await expect.poll(names).toEqual(["while-away", "added"]);
      } finally {
        await Promise.all([web.stop(), worker.stop()]);
      }
    },
    RESTARTS_TIMEOUT_MS,
  );
});

describe("a web process that is killed right after its 202", () => {
  it("has lost nothing: a worker does what the delivery asked for", async () => {
    const { sandbox, environment, db } = service;
    sandbox.hooks.clearRules();
    const org = `org-${randomUUID().slice(0, 8)}`;
    await sandbox.createOrganization(org);
    const repository = await sandbox.createRepository({ owner: org, name: "config", installed: false });
    sandbox.hooks.addRule({ do: "lose", times: null });
    const { id } = await sandbox.install(org);
    await sandbox.hooks.idle();

    const web = await startProcess("web", environment);
    const body = JSON.stringify({ action: "created", installation: { id }, sender: { login: "alice" } });
    const signature = createHmac("sha256", sandbox.secrets.webhook_secret).update(body).digest("hex");
    const guid = randomUUID();
    const answer = await fetch(`${web.url}/api/github/webhooks`, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        "x-github-event": "installation",
        "x-github-delivery": guid,
        "x-hub-signature-256": `sha256=${signature}`,
      },
      body,
    });
    web.child.kill("SIGKILL");
    expect(answer.status).toBe(202);

    const worker = await startProcess("worker", environment);
    try {
      const row = () =>
        db
          .selectFrom("config_repos")
          .select("status")
          .where("github_repo_id", "=", repository.id)
          .executeTakeFirst();
      await expect.poll(row).toEqual({ status: "active" });
      // The look at a start finds it too; only the delivery's own job ends the delivery.
      const delivery = () =>
        db
          .selectFrom("webhook_deliveries")
          .select("status")
          .where("delivery_id", "=", guid)
          .executeTakeFirst();
      await expect.poll(delivery).toEqual({ status: "processed" });
    } finally {
      await worker.stop();
    }
  });
});
