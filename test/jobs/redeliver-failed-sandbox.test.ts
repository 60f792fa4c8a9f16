import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { systemClock } from "../../src/clock.ts";
import { findDeliveryFates } from "../../src/db/redelivery-store.ts";
import { createAppAuthentication } from "../../src/github/app-auth.ts";
import { createHookDeliveries } from "../../src/github/hook-deliveries.ts";
import { createGithubHost } from "../../src/github/host.ts";
import { createRedeliverFailed } from "../../src/jobs/redeliver-failed.ts";
import { createRedactor } from "../../src/redact.ts";
import { useStore } from "../db/store-fixtures.ts";
import { silentLog } from "../support/github-fixture.ts";
import { type HookReceiver, startHookReceiver } from "../support/hook-receiver.ts";
import { startTestSandbox, type TestSandbox } from "../support/test-sandbox.ts";

const REPO = "acme/search-config";
const store = useStore();
const signal = new AbortController().signal;

let world: TestSandbox;
let receiver: HookReceiver;
beforeAll(async () => {
  receiver = await startHookReceiver();
  world = await startTestSandbox();
  await world.sandbox.pushAs("bob", REPO, "topic", { "x.txt": "x\n" });
  await world.sandbox.openPull(REPO, { title: "T", head: "topic" });
  await world.sandbox.hooks.setUrl(receiver.url);
});
afterAll(async () => {
  await world.close();
  await receiver.close();
});

const run = async () => {
  const { sandbox } = world;
  const asApp = createAppAuthentication({
    host: createGithubHost({ webUrl: sandbox.url, apiUrl: sandbox.apiUrl }),
    clock: systemClock,
    random: Math.random,
    log: silentLog,
    redact: createRedactor([]),
    appId: sandbox.secrets.app_id,
    privateKey: sandbox.secrets.private_key,
  });
  const deliveries = createHookDeliveries({ asApp });
  await createRedeliverFailed({ db: store.db, deliveries, clock: systemClock, log: silentLog })(signal);
  await sandbox.hooks.idle();
};

const comment = (body: string) => world.sandbox.commentOnPull(REPO, 1, { body });
const heard = () => receiver.received.map(({ payload }) => payload.comment.body);
const guidOf = (index: number): string => world.sandbox.hooks.deliveries()[index]?.guid ?? "";

/** What intake would do with what has arrived since. */
const takeIn = async (status: "processed" | "failed") => {
  const guids = new Set(
    world.sandbox.hooks.deliveries().flatMap(({ guid, status_code }) => (status_code < 300 ? guid : [])),
  );
  const known = await findDeliveryFates(store.db, [...guids]);
  for (const delivery_id of guids) {
    if (known.has(delivery_id)) {
      await store.db
        .updateTable("webhook_deliveries")
        .set({ status: "processed" })
        .where("delivery_id", "=", delivery_id)
        .execute();
    } else {
      await store.db
        .insertInto("webhook_deliveries")
        .values({ delivery_id, event: "issue_comment", body_sha256: "0".repeat(64), status, attempts: 1 })
        .execute();
    }
  }
};

describe("against GitHub's own list", () => {
  it("what was lost on its way, and what failed here, arrives again, and nothing else", async () => {
    world.sandbox.hooks.addRule({ event: "issue_comment", redelivery: false, times: 120, do: "fail" });
    for (let count = 0; count < 120; count++) await comment(`lost ${count}`);
    await comment("arrived");
    await world.sandbox.hooks.idle();
    expect(heard()).toEqual(["arrived"]);
    await takeIn("processed");
    await comment("arrived, and failed");
    await world.sandbox.hooks.idle();
    await takeIn("failed");
    expect(world.sandbox.hooks.deliveries()).toHaveLength(122);
    receiver.received.splice(0);

    // Two pages of the list, and two runs: one asks for a hundred.
    await run();
    await run();
    expect(new Set(heard())).toEqual(
      new Set([...Array.from({ length: 120 }, (_, count) => `lost ${count}`), "arrived, and failed"]),
    );
    await takeIn("processed");
    receiver.received.splice(0);
    await run();
    expect(heard()).toEqual([]);
    expect((await findDeliveryFates(store.db, [guidOf(0)])).get(guidOf(0))?.status).toBe("processed");
  });
});
