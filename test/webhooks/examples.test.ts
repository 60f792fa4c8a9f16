import { randomUUID } from "node:crypto";
import { pino } from "pino";
import { describe, expect, it } from "vitest";
import { systemClock } from "../../src/clock.ts";
import { createEventJob } from "../../src/jobs/event-job.ts";
import { HANDLERS } from "../../src/webhooks/handlers.ts";
import statuses from "../data/webhook-events.json" with { type: "json" };
import { useNock } from "../support/github-fixture.ts";
import { aRun } from "../support/job-run.ts";
import { WEBHOOK_EXAMPLES } from "./webhook-examples.ts";
import { APP_ID, useWebhooks } from "./webhook-harness.ts";

useNock();
const hooks = useWebhooks();
const expected: Partial<Record<string, string>> = statuses;

/** Lets every job of the delivery end, as a worker does that finds nothing to do. */
const endJobs = async (guid: string) => {
  const { db, queue, metrics } = hooks;
  const log = pino({ level: "silent" });
  const deps = { db, queue, clock: systemClock, log, metrics, redact: (text: string) => text };
  const handle = createEventJob(deps, async () => "done");
  const { signal } = new AbortController();
  for (const job of await hooks.jobsOf(guid)) {
    await handle(job, aRun({ id: job.id, signal }));
  }
};

describe("GitHub's example payloads", () => {
  it("are some three hundred, with and without an installation", () => {
    expect(WEBHOOK_EXAMPLES.length).toBeGreaterThan(300);
    expect(WEBHOOK_EXAMPLES.filter(({ payload }) => "installation" in payload).length).toBeGreaterThan(100);
    expect(WEBHOOK_EXAMPLES.filter(({ payload }) => !("installation" in payload)).length).toBeGreaterThan(
      100,
    );
  });

  it("and the events with a handler are what the table test/data/webhook-events.json is about", () => {
    const needed = [
      ...WEBHOOK_EXAMPLES.map(({ key }) => key),
      ...HANDLERS.flatMap(({ on }) => on).map((name) => name.replace(".", "/")),
    ];
    expect(Object.keys(expected)).toEqual([...new Set(needed)].sort());
    expect([...new Set(Object.values(expected))].sort()).toEqual(["ignored", "processed"]);
  });

  it.each(WEBHOOK_EXAMPLES)(
    "$title is accepted, stored once, and ends as the table says",
    async (example) => {
      const { event, payload, key } = example;
      const guid = randomUUID();
      for (let times = 0; times < 2; times++) {
        expect((await hooks.deliver({ event, payload, guid })).status).toBe(202);
      }
      const stored = await hooks.delivery(guid);
      const jobs = await hooks.jobsOf(guid);
      expect(stored?.jobs).toEqual(jobs.map(({ id }) => id));
      expect(stored?.status === "received").toBe(jobs.length > 0);

      await endJobs(guid);
      expect(await hooks.delivery(guid)).toMatchObject({
        status: expected[key],
        attempts: 1,
        error: null,
        jobs: [],
        event,
        action: payload.action ?? null,
        installation_id: (payload.installation as { id: number } | undefined)?.id ?? null,
        repository_id: (payload.repository as { id: number } | undefined)?.id ?? null,
      });
    },
  );
});

describe("all of them together", () => {
  it("are in the table once each", async () => {
    expect((await hooks.counts()).deliveries).toBe(WEBHOOK_EXAMPLES.length);
  });
});

describe("an example an event handler listens to", () => {
  const handled = WEBHOOK_EXAMPLES.flatMap((example) => {
    const name = example.key.replace("/", ".");
    const handler = HANDLERS.find(({ on }) => (on as readonly string[]).includes(name));
    return handler === undefined ? [] : [{ ...example, handler }];
  });

  it.each(handled.filter(({ event }) => event !== "issue_comment"))(
    "asks for something: $title",
    ({ payload, handler }) => {
      const wanted = handler.translate(payload, { appId: APP_ID });
      expect(wanted).not.toEqual([]);
      for (const { subject } of wanted) {
        const ids = [
          (payload.repository as { id: number })?.id,
          (payload.installation as { id: number })?.id,
        ];
        expect(ids).toContain("installation_id" in subject ? subject.installation_id : subject.repository_id);
      }
    },
  );

  it.each(handled.filter(({ event }) => event === "issue_comment"))(
    "asks for nothing without a command: $title",
    ({ payload, handler }) => {
      expect(handler.translate(payload, { appId: APP_ID })).toEqual([]);
    },
  );
});
