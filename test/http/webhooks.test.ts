import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import { connect } from "../../src/db/connect.ts";
import { jobIdOf } from "../../src/queue/job-data.ts";
import { useNock } from "../support/github-fixture.ts";
import {
  addPull,
  PREVIOUS_SECRET,
  pullPayload,
  requestOf,
  SECRET,
  useWebhooks,
  WEBHOOKS,
} from "../webhooks/webhook-harness.ts";
import { send } from "./http-harness.ts";

/** Nothing listens there. */
const NO_DATABASE = "postgresql://nobody@127.0.0.1:1/nothing";

/** No delivery makes anybody ask GitHub. */
useNock();
const hooks = useWebhooks();

describe("a signed delivery", () => {
  it("is stored with its ids and enqueued, and answered 202", async () => {
    const pull = await addPull(hooks.db);
    const guid = randomUUID();
    const before_ms = Date.now();
    const answer = await hooks.deliver({ event: "pull_request", payload: pullPayload(pull), guid });

    expect([answer.status, answer.body]).toEqual([202, { message: "Taken in." }]);
    const row = await hooks.delivery(guid);
    const jobs = await hooks.jobsOf(guid);
    expect(jobs).toEqual([
      {
        id: expect.any(String),
        kind: "mirror_pr",
        proposal_id: pull.proposalId,
        said: { state: "closed", updated_at: "2026-11-22T12:00:00Z" },
        cause: `${guid}:1`,
        delivery_id: guid,
        asked_at: row?.received_at.toISOString(),
        request_id: answer.headers["x-request-id"],
        sequel: 0,
        looks: 0,
        waits: 0,
        first_wait_at: null,
      },
    ]);
    expect(jobs[0]?.id).toBe(jobIdOf(jobs[0] as never));
    expect(row).toMatchObject({
      event: "pull_request",
      action: "closed",
      installation_id: pull.installationId,
      repository_id: pull.repositoryId,
      subject: `pull ${pull.number}`,
      body_sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
      status: "received",
      attempts: 1,
      error: null,
      processed_at: null,
      jobs: [jobs[0]?.id],
    });
    expect(row?.received_at.getTime()).toBeGreaterThanOrEqual(before_ms);
  });

  it("that came before is 202 and changes nothing", async () => {
    const pull = await addPull(hooks.db);
    const sent = { event: "pull_request", payload: pullPayload(pull), guid: randomUUID() };
    await hooks.deliver(sent);
    const row = await hooks.delivery(sent.guid);
    const counts = await hooks.counts();
    const again = await hooks.deliver({ ...sent, guid: sent.guid.toUpperCase() });

    expect([again.status, again.body]).toEqual([202, { message: "Taken in." }]);
    expect(await hooks.counts()).toEqual(counts);
    expect(await hooks.delivery(sent.guid)).toEqual(row);
  });

  it("with a known id and another body is 202, changes nothing, and is logged", async () => {
    const pull = await addPull(hooks.db);
    const guid = randomUUID();
    await hooks.deliver({ event: "pull_request", payload: pullPayload(pull), guid });
    const counts = await hooks.counts();
    const other = pullPayload(await addPull(hooks.db));
    expect((await hooks.deliver({ event: "pull_request", payload: other, guid })).status).toBe(202);

    expect(await hooks.counts()).toEqual(counts);
    expect(hooks.http.logged).toContainEqual(
      expect.objectContaining({
        level: 40,
        delivery_id: guid,
        msg: "GitHub's delivery id came again with another body",
      }),
    );
  });

  it("is taken in again, with new jobs, when its processing had failed", async () => {
    const pull = await addPull(hooks.db);
    const sent = { event: "pull_request", payload: pullPayload(pull), guid: randomUUID() };
    await hooks.deliver(sent);
    await hooks.db
      .updateTable("webhook_deliveries")
      .set({ status: "failed", error: "GitHub was down", jobs: [] })
      .where("delivery_id", "=", sent.guid)
      .execute();
    expect((await hooks.deliver(sent)).status).toBe(202);
    await hooks.deliver(sent);

    const jobs = await hooks.jobsOf(sent.guid);
    expect(jobs.map(({ cause }) => cause).sort()).toEqual([`${sent.guid}:1`, `${sent.guid}:2`]);
    expect(await hooks.delivery(sent.guid)).toMatchObject({
      status: "received",
      attempts: 2,
      error: null,
      jobs: jobs.filter(({ cause }) => cause.endsWith(":2")).map(({ id }) => id),
    });
  });

  it("may be signed with the secret before, while it is being rotated, and with no other", async () => {
    const signed = (secret: string) => hooks.deliver({ event: "ping", secret });
    expect((await signed(SECRET)).status).toBe(202);
    expect((await signed(PREVIOUS_SECRET)).status).toBe(202);
    expect((await signed("a secret before that one")).status).toBe(401);
    expect((await signed("development")).status, "Probot's own default").toBe(401);
  });

  it("is refused while the database is away, and taken in once it is back", async () => {
    const sent = { event: "ping", payload: { zen: "x" }, guid: randomUUID() };
    const { db, pool } = connect({ connectionString: NO_DATABASE }, () => undefined);
    const app = await hooks.http.serve({ webhooks: await hooks.create({ pool }) });
    const answer = await hooks.deliver(sent, app);
    expect([answer.status, answer.body.detail.error_code]).toEqual([503, "DATABASE_UNAVAILABLE"]);
    expect(await hooks.delivery(sent.guid)).toBeUndefined();
    await db.destroy();
    expect((await hooks.deliver(sent)).status).toBe(202);
    expect(await hooks.delivery(sent.guid)).toMatchObject({ attempts: 1 });
  });

  it("may hold any text", async () => {
    const payload = { zen: "žluťoučký 🐴", hook: { name: "\u2028" } };
    expect((await hooks.deliver({ event: "ping", payload })).status).toBe(202);
  });

  it("is answered with the headers every answer has, and so is one that is refused", async () => {
    for (const sent of [{ event: "ping" }, { event: "ping", secret: "wrong" }]) {
      const { headers } = await hooks.deliver(sent);
      expect(headers).toMatchObject({
        "content-security-policy": "default-src 'none';frame-ancestors 'none'",
        "x-content-type-options": "nosniff",
        "x-frame-options": "DENY",
        "cache-control": "no-store",
        "x-request-id": expect.any(String),
      });
    }
  });

  it("is told of in one line of the log, with its id and what became of it", async () => {
    const guid = randomUUID();
    const { headers } = await hooks.deliver({ event: "fork", guid });
    expect(hooks.http.logged.filter(({ delivery_id }) => delivery_id === guid)).toEqual([
      expect.objectContaining({
        msg: "request answered",
        request_id: headers["x-request-id"],
        github_event: "fork",
        outcome: "ignored",
        status: 202,
      }),
    ]);
  });

  it("of 25 MB is taken in, and nothing of it is kept but its hash", async () => {
    const pull = await addPull(hooks.db);
    const payload = { ...pullPayload(pull), padding: "" };
    payload.padding = "x".repeat(25 * 1024 * 1024 - JSON.stringify(payload).length);
    const guid = randomUUID();
    expect((await hooks.deliver({ event: "pull_request", payload, guid })).status).toBe(202);
    expect(JSON.stringify([await hooks.delivery(guid), await hooks.jobsOf(guid)])).not.toContain("xxxx");
    expect(await hooks.jobsOf(guid)).toHaveLength(1);
  });

  it("is counted by its event and by what became of it", async () => {
    const guid = randomUUID();
    const count = async (event: string, outcome: string) =>
      (await hooks.metrics.webhooks.get()).values.find(
        ({ labels }) => labels.event === event && labels.outcome === outcome,
      )?.value ?? 0;
    const before = await Promise.all([count("fork", "ignored"), count("fork", "known")]);
    const refused = await count("unknown", "refused");
    await hooks.deliver({ event: "fork", guid });
    await hooks.deliver({ event: "fork", guid });
    await hooks.deliver({ event: "fork", secret: "wrong" });
    await hooks.deliver({ event: "made_up_by_somebody" });
    expect(await Promise.all([count("fork", "ignored"), count("fork", "known")])).toEqual(
      before.map((value) => value + 1),
    );
    expect(await count("unknown", "refused")).toBe(refused + 1);
    expect(await count("made_up_by_somebody", "ignored")).toBe(0);
  });
});

describe("the intake's own connections", () => {
  it("end with the server", async () => {
    const application_name = "intake-that-ends";
    const pool = { options: { ...hooks.http.pool.options, application_name } };
    const app = await hooks.http.serve({ webhooks: await hooks.create({ pool }) });
    expect((await hooks.deliver({ event: "ping" }, app)).status).toBe(202);
    const connections = async () =>
      (
        await hooks.http.pool.query("SELECT 1 FROM pg_stat_activity WHERE application_name = $1", [
          application_name,
        ])
      ).rowCount;
    expect(await connections()).toBe(1);
    await app.close();
    await expect.poll(connections).toBe(0);
  });
});

describe("webhooks that are switched off", () => {
  it("have no route", async () => {
    const app = await hooks.http.serve({ webhooks: null });
    const off = await hooks.deliver({ event: "ping" }, app);
    const unknown = await send(app, "POST", "/api/github/nothing", {
      token: null,
      ...requestOf({ event: "x" }),
    });
    expect(off.status).toBe(404);
    expect(off.body).toEqual(unknown.body);
  });

  it("are in no description of the API, as when they are on", async () => {
    const document = await hooks.http.call("GET", "/api/openapi.json", { token: null });
    expect(Object.keys(document.body.paths)).not.toContain(WEBHOOKS);
  });
});
