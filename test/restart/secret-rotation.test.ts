import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestService, type TestService } from "../support/service.ts";
import { type ServiceProcess, startProcess } from "../support/service-processes.ts";

/** A registered app, as in production, whose webhook secret is being changed. */
let service: TestService;
let web: ServiceProcess;
const NEXT = randomBytes(24).toString("hex");
beforeAll(async () => {
  service = await startTestService();
  const { sandbox, environment, running } = service;
  await running.close();
  web = await startProcess("web", {
    ...environment,
    APP_ID: String(sandbox.secrets.app_id),
    PRIVATE_KEY: sandbox.secrets.private_key,
    WEBHOOK_SECRET: NEXT,
    WEBHOOK_SECRET_PREVIOUS: sandbox.secrets.webhook_secret,
    GHE_HOST: sandbox.host,
    GHE_PROTOCOL: "http",
  });
  await sandbox.hooks.setUrl(`${web.url}/api/github/webhooks`);
});
afterAll(async () => {
  await web.stop();
  await service.close();
});

/** The status that one more delivery is answered with. */
const deliver = async (): Promise<number | undefined> => {
  const { sandbox } = service;
  await sandbox.createRepository({ owner: "acme", name: `r-${randomBytes(5).toString("hex")}` });
  await sandbox.hooks.idle();
  return sandbox.hooks.deliveries().at(-1)?.status_code;
};

describe("the webhook secret", () => {
  it("may be changed on GitHub while both are set: deliveries signed with either are taken in", async () => {
    const { sandbox } = service;
    expect(await deliver()).toBe(202);
    sandbox.hooks.useSecret(NEXT);
    expect(await deliver()).toBe(202);
    sandbox.hooks.useSecret(randomBytes(24).toString("hex"));
    expect(await deliver()).toBe(401);
  });
});
